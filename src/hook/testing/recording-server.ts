import { EventEmitter, once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface Recorded {
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

type Answer = { status: number; body: string } | "nothing";

export interface RecordingServer extends AsyncDisposable {
  url: string;
  port: number;
  requests: Recorded[];
  /** What it answers from now on, to all or by path; `nothing` leaves requests open. */
  answer: Answer | ((path: string) => Answer);
  /** Resolves once a client goes away from a request that was not answered. */
  gone(): Promise<void>;
}

/** A server that keeps what it is told. */
export async function startRecordingServer(port = 0): Promise<RecordingServer> {
  const gone = new EventEmitter();
  const recording: RecordingServer = {
    url: "",
    port,
    requests: [],
    answer: { status: 200, body: "{}" },
    gone: async () => void (await once(gone, "gone")),
    [Symbol.asyncDispose]: close,
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      recording.requests.push({ url: request.url!, headers: request.headers, body: Buffer.concat(chunks).toString() });
      const { answer: given } = recording;
      const answer = typeof given === "function" ? given(request.url!) : given;
      if (answer === "nothing") return void response.on("close", () => gone.emit("gone"));
      response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
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
