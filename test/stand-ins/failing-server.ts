import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface FailingServer extends AsyncDisposable {
  url: string;
}

/** A server in trouble: it takes requests and never answers, or answers each with an error. */
export async function startFailingServer(trouble: "hangs" | "answers 500"): Promise<FailingServer> {
  const server = createServer((request, response) => {
    request.resume();
    if (trouble === "answers 500") request.on("end", () => response.writeHead(500).end("{}"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** The address of a server that was stopped. */
export async function stoppedServer(): Promise<string> {
  await using server = await startFailingServer("hangs");
  return server.url;
}
