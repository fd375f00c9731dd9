import { get } from "node:http";

export interface DownloadOptions {
  port: number;
  path: string;
  accept?: string;
}

/** Reads one answer to its end and throws it away; how long it took and how much it was. */
export function download({ port, path, accept = "*/*" }: DownloadOptions): Promise<{ seconds: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    get({ host: "127.0.0.1", port, path, agent: false, headers: { accept } }, (response) => {
      let bytes = 0;
      if (response.statusCode !== 200) return reject(new Error(`GET ${path} answered ${response.statusCode}.`));
      response.on("data", (chunk: Buffer) => (bytes += chunk.length));
      response.on("error", reject);
      response.on("end", () => resolve({ seconds: (performance.now() - started) / 1000, bytes }));
    }).on("error", reject);
  });
}

/** One JSON answer. */
export async function fetchJson(port: number, path: string): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
