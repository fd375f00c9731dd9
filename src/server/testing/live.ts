import { get, type IncomingMessage } from "node:http";
import { WebSocket } from "ws";

/** What a connection was sent, in order, to be awaited one by one. */
class Inbox<T> {
  private readonly items: T[] = [];
  private readonly waiting: ((item: T) => void)[] = [];

  put(item: T): void {
    const next = this.waiting.shift();
    if (next) next(item);
    else this.items.push(item);
  }

  next(): Promise<T> {
    const item = this.items.shift();
    return item === undefined ? new Promise((resolve) => this.waiting.push(resolve)) : Promise.resolve(item);
  }
}

interface LiveMessage {
  type: string;
  sessionId: string;
  seq: number;
  cursor: string;
  data: Record<string, unknown>;
  [key: string]: unknown;
}

export interface LiveSocket extends Disposable {
  socket: WebSocket;
  next(): Promise<LiveMessage>;
  take(count: number): Promise<LiveMessage[]>;
  send(message: unknown): void;
  closed: Promise<{ code: number; reason: string }>;
}

/** Opens a WebSocket; messages are kept from the first one on. */
export async function openSocket(port: number, query = "", headers: Record<string, string> = {}): Promise<LiveSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws${query}`, { headers });
  const inbox = new Inbox<LiveMessage>();
  socket.on("message", (data) => inbox.put(JSON.parse(String(data)) as LiveMessage));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: String(reason) }));
  });
  await new Promise((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("error", reject);
  });
  const next = () => inbox.next();
  return {
    socket,
    closed,
    next,
    take: async (count) => {
      const messages: LiveMessage[] = [];
      while (messages.length < count) messages.push(await next());
      return messages;
    },
    send: (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    [Symbol.dispose]: () => socket.terminate(),
  };
}

export interface Refused {
  status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test says what it expects of a body
  body: any;
}

/** The answer with which an upgrade is refused. */
export function refusedUpgrade(
  port: number,
  query: string,
  headers: Record<string, string> = {},
  path = "/ws",
): Promise<Refused> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}${query}`, { headers });
    socket.on("error", () => {});
    socket.on("open", () => reject(new Error("the socket was let in")));
    socket.on("unexpected-response", (_request, response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(parts).toString()) }),
      );
    });
  });
}

interface StreamedEvent {
  id: string;
  event: string;
  data: LiveMessage;
}

export interface LiveStream extends Disposable {
  response: IncomingMessage;
  next(): Promise<StreamedEvent>;
  take(count: number): Promise<StreamedEvent[]>;
  ended: Promise<void>;
}

/** Opens an event stream (SSE). */
export function openStream(port: number, path: string, headers: Record<string, string> = {}): Promise<LiveStream> {
  return new Promise((resolve, reject) => {
    const request = get(
      { host: "127.0.0.1", port, path, agent: false, headers: { accept: "text/event-stream", ...headers } },
      (response) => {
        const inbox = new Inbox<StreamedEvent>();
        let rest = "";
        response.on("data", (part: Buffer) => {
          const blocks = (rest + part.toString()).split("\n\n");
          rest = blocks.pop() ?? "";
          for (const block of blocks) if (block.includes("data: ")) inbox.put(parseEvent(block));
        });
        response.on("error", () => {});
        const next = () => inbox.next();
        resolve({
          response,
          next,
          take: async (count) => {
            const events: StreamedEvent[] = [];
            while (events.length < count) events.push(await next());
            return events;
          },
          ended: new Promise((end) => response.on("close", end)),
          [Symbol.dispose]: () => request.destroy(),
        });
      },
    );
    request.on("error", reject);
  });
}

function parseEvent(block: string): StreamedEvent {
  const fields = Object.fromEntries(
    block.split("\n").map((line) => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)]),
  );
  return {
    id: fields["id"] ?? "",
    event: fields["event"] ?? "",
    data: JSON.parse(fields["data"] ?? "null") as LiveMessage,
  };
}
