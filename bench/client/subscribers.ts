import { connect, type Socket } from "node:net";
import { createFrameCounter } from "./frame-counter.js";

export interface SubscribeOptions {
  port: number;
  path: string;
  count: number;
  protocol: "ws" | "sse";
  /** A dead reader stops reading once it is connected. */
  dead?: boolean;
}

/** Sockets that count what reaches them, and never look inside. */
export interface Subscribers {
  /** Messages that all of them together have received, the first greeting of a WebSocket not counted. */
  received(): number;
  /** Resolves once that many have been received. */
  until(total: number): Promise<void>;
  onMessages(listener: (count: number) => void): void;
  close(): void;
}

export async function subscribe(options: SubscribeOptions): Promise<Subscribers> {
  let total = 0;
  let wake: (() => void) | undefined;
  let wanted = Infinity;
  let listener: ((count: number) => void) | undefined;
  const count = (messages: number): void => {
    total += messages;
    listener?.(messages);
    if (total >= wanted) wake?.();
  };
  const sockets = await Promise.all(Array.from({ length: options.count }, () => open(options, count)));
  return {
    received: () => total,
    until: (target) =>
      new Promise((resolve) => {
        wanted = target;
        wake = resolve;
        if (total >= target) resolve();
      }),
    onMessages: (listen) => void (listener = listen),
    close: () => sockets.forEach((socket) => socket.destroy()),
  };
}

function open(
  { port, path, protocol, dead = false }: SubscribeOptions,
  count: (messages: number) => void,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    const counter = protocol === "ws" ? createFrameCounter() : createEventCounter();
    let head = Buffer.alloc(0);
    let greeted = protocol === "sse";
    const onHead = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf("\r\n\r\n");
      if (end === -1) return;
      if (!/^HTTP\/1\.1 (101|200)/.test(head.toString("latin1", 0, 12))) return reject(new Error(head.toString()));
      socket.off("data", onHead).on("data", onData);
      onData(head.subarray(end + 4));
      if (protocol === "sse") ready();
    };
    const onData = (chunk: Buffer): void => {
      const messages = counter(chunk);
      if (greeted) return count(messages);
      if (messages === 0) return;
      greeted = true;
      count(messages - 1);
      ready();
    };
    const ready = (): void => {
      if (dead) socket.pause();
      resolve(socket);
    };
    socket.on("data", onHead).on("error", reject);
    socket.write(requestHead(path, protocol));
  });
}

function requestHead(path: string, protocol: "ws" | "sse"): string {
  const head = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n`;
  return protocol === "sse"
    ? `${head}Accept: text/event-stream\r\n\r\n`
    : `${head}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
}

const dataField = "\ndata:";

/** Counts server-sent events by their data fields, also one that two chunks share. */
function createEventCounter(): (chunk: Buffer) => number {
  let tail = "";
  return (chunk) => {
    const seam = tail + chunk.toString("latin1", 0, dataField.length - 1);
    let events = seam.includes(dataField) ? 1 : 0;
    for (let at = chunk.indexOf(dataField); at !== -1; at = chunk.indexOf(dataField, at + dataField.length))
      events += 1;
    tail = (tail + chunk.toString("latin1", Math.max(0, chunk.length - dataField.length + 1))).slice(
      -(dataField.length - 1),
    );
    return events;
  };
}
