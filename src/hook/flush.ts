import { sendSpooled, type SendOptions } from "./send.js";
import { spoolFor, spoolRoot } from "./spool.js";

/** As which agents may know a server that listens on this machine. */
const localNames = ["localhost", "127.0.0.1", "[::1]"];

/** Sends a server on this machine what this user's hooks kept for it while it was away. Resolves to how much that was. */
export async function sendKeptInputs(port: number, options: Omit<SendOptions, "server">): Promise<number> {
  const root = spoolRoot(options.env);
  let all = 0;
  for (const name of root === undefined ? [] : localNames) {
    const { sent } = await sendSpooled(spoolFor(root!, `http://${name}:${port}`), options);
    all += sent;
  }
  return all;
}
