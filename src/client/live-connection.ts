import type { SetTimer } from "./live-types.js";

export interface ConnectionOptions {
  url: string;
  WebSocket: typeof globalThis.WebSocket;
  setTimer: SetTimer;
  /** Milliseconds of silence before a ping is sent; after as many again the peer counts as dead. */
  heartbeatMs: number;
  onMessage(message: Record<string, unknown>, size: number): void;
}

export interface Connection {
  /** Why the connection ended; resolves once, and no message comes after it. */
  readonly closed: Promise<string>;
  close(reason: string): void;
}

/** One WebSocket, from opening to its end, with a heartbeat. */
export function openConnection({ url, WebSocket, setTimer, heartbeatMs, onMessage }: ConnectionOptions): Connection {
  const { promise: closed, resolve } = Promise.withResolvers<string>();
  const socket = new WebSocket(url);
  let open = true;
  let cancelTimer = setTimer(() => close("no answer"), heartbeatMs * 2);

  function close(reason: string): void {
    if (!open) return;
    open = false;
    cancelTimer();
    socket.close();
    resolve(reason);
  }

  function listenForSilence(): void {
    cancelTimer();
    cancelTimer = setTimer(() => {
      socket.send('{"type":"ping"}');
      cancelTimer = setTimer(() => close("no answer"), heartbeatMs);
    }, heartbeatMs);
  }

  socket.addEventListener("message", ({ data }) => {
    if (!open) return;
    listenForSilence();
    const text = String(data);
    const message = parseMessage(text);
    if (message) onMessage(message, text.length);
  });
  socket.addEventListener("error", () => close("connection failed"));
  socket.addEventListener("close", () => close("connection closed"));
  return { closed, close };
}

function parseMessage(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
