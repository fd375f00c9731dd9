import { connect, type Socket } from "node:net";

export interface HttpAnswer {
  status: number;
  /** The answer's bytes with its head; empty unless the connection keeps them. */
  bytes: Buffer;
}

/** A keep-alive connection with one request at a time, as thin as Node allows: what is measured is the server. */
export interface HttpConnection {
  send(request: Buffer, done: (answer: HttpAnswer) => void): void;
  close(): void;
}

export function openHttpConnection(port: number, { keep = false } = {}): Promise<HttpConnection> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    socket.once("error", reject);
    socket.once("connect", () => resolve(wrap(socket, keep)));
  });
}

function wrap(socket: Socket, keep: boolean): HttpConnection {
  let done: ((answer: HttpAnswer) => void) | undefined;
  let reader = createAnswerReader(keep);
  socket.on("data", (chunk) => {
    const answer = reader(chunk);
    if (answer === undefined) return;
    reader = createAnswerReader(keep);
    const finished = done!;
    done = undefined;
    finished(answer);
  });
  socket.on("close", () => done?.({ status: 0, bytes: Buffer.from("the connection was closed") }));
  socket.on("error", () => socket.destroy());
  return {
    send(request, whenDone) {
      done = whenDone;
      socket.write(request);
    },
    close: () => void socket.destroy(),
  };
}

const headEnd = "\r\n\r\n";
const lastChunk = "0\r\n\r\n";

/** Takes an answer's chunks and gives the answer with its last one. */
function createAnswerReader(keep: boolean): (chunk: Buffer) => HttpAnswer | undefined {
  let head: Buffer = Buffer.alloc(0);
  let status = 0;
  let expected = -1;
  let received = 0;
  const kept: Buffer[] = [];
  return (chunk) => {
    received += chunk.length;
    if (keep) kept.push(chunk);
    if (status === 0) {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      const end = head.indexOf(headEnd);
      if (end === -1) return undefined;
      const text = head.toString("latin1", 0, end);
      status = Number(text.slice(9, 12));
      const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
      if (length !== undefined || status === 204) expected = end + headEnd.length + Number(length ?? 0);
    }
    const complete =
      expected === -1
        ? chunk.toString("latin1", Math.max(0, chunk.length - lastChunk.length)) === lastChunk
        : received >= expected;
    return complete ? { status, bytes: Buffer.concat(kept) } : undefined;
  };
}

/** A request as bytes. */
export function encodeRequest(method: string, path: string, body?: string, type = "application/json"): Buffer {
  const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n`;
  if (body === undefined) return Buffer.from(`${head}\r\n`);
  return Buffer.from(`${head}Content-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
