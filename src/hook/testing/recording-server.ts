import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface Recorded {
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface RecordingServer extends AsyncDisposable {
  url: string;
  port: number;
  requests: Recorded[];
  /** What it answers from now on; `nothing` leaves requests open. */
  answer: { status: number; body: string } | "nothing";
}

/** A server that keeps what it is told. */
export async function startRecordingServer(port = 0): Promise<RecordingServer> {
  const recording: RecordingServer = {
    url: "",
    port,
    requests: [],
    answer: { status: 200, body: "{}" },
    [Symbol.asyncDispose]: close,
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      recording.requests.push({ url: request.url!, headers: request.headers, body: Buffer.concat(chunks).toString() });
      if (recording.answer === "nothing") return;
      response.writeHead(recording.answer.status, { "content-type": "application/json" }).end(recording.answer.body);
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  recording.port = (server.address() as AddressInfo).port;
  recording.url = `http://127.0.0.1:${recording.port}`;
  return recording;

  async function close() {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
}
