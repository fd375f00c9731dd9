import { once } from "node:events";
import type { Readable } from "node:stream";

/** The URL in a server's line `listening <url>`. @throws Error with what it printed, where it ended before */
export async function listeningUrl(stdout: Readable): Promise<string> {
  let printed = "";
  stdout.setEncoding("utf8");
  while (!stdout.readableEnded) {
    const [chunk] = (await Promise.race([once(stdout, "data"), once(stdout, "end")])) as [string?];
    printed += chunk ?? "";
    const url = /^listening (\S+)$/m.exec(printed)?.[1];
    if (url !== undefined) return url;
    if (chunk === undefined) break;
  }
  throw new Error(`the server ended before it listened: ${printed}`);
}
