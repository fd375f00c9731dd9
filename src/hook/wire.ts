import type { Socket } from "node:net";
import { binding, readFrom } from "./handles.js";

/** A connection of which bytes are all that is wanted. */
export interface Wire {
  write(bytes: Buffer): void;
  destroy(): void;
}

export interface WireEvents {
  data(chunk: Buffer): void;
  /** It is over. `connected`: whether it ever stood. */
  over(connected: boolean): void;
}

/** Opens a TCP connection, or a TLS one, with whatever costs the least time here. */
export function openWire(host: string, port: number, secure: boolean, events: WireEvents): Wire {
  if (!secure && isAddress(host)) {
    try {
      return openHandle(host, port, events);
    } catch {
      // Another runtime than the known ones.
    }
  }
  return openSocket(host, port, secure, events);
}

function isAddress(host: string): boolean {
  return host.includes(":") || /^[\d.]+$/.test(host);
}

function openSocket(host: string, port: number, secure: boolean, events: WireEvents): Wire {
  const { getBuiltinModule } = process;
  const socket: Socket = secure
    ? getBuiltinModule("node:tls").connect({ host, port, servername: isAddress(host) ? undefined : host })
    : getBuiltinModule("node:net").connect({ host, port });
  let connected = false;
  socket.on(secure ? "secureConnect" : "connect", () => (connected = true));
  socket.on("data", events.data);
  socket.on("error", () => {});
  socket.on("close", () => events.over(connected));
  return { write: (bytes) => void socket.write(bytes), destroy: () => void socket.destroy() };
}

/** @throws where this runtime's handles are not the known ones */
function openHandle(host: string, port: number, events: WireEvents): Wire {
  const { TCP, TCPConnectWrap, constants } = binding("tcp_wrap");
  const { WriteWrap } = binding("stream_wrap");
  const handle = new TCP(constants.SOCKET);
  // What the handle works on lives for as long as this.
  const held: object[] = [];
  const queued: Buffer[] = [];
  let state: "connecting" | "connected" | "over" = "connecting";
  const destroy = () => {
    if (state !== "over") handle.close();
    state = "over";
  };
  const end = () => {
    if (state === "over") return;
    const connected = state === "connected";
    destroy();
    events.over(connected);
  };
  const send = (bytes: Buffer) => {
    const request = new WriteWrap();
    request.oncomplete = () => {};
    held.push(request, bytes);
    if (handle.writeBuffer(request, bytes) !== 0) end();
  };
  const connecting = new TCPConnectWrap();
  connecting.oncomplete = (status) => {
    if (state === "over") return;
    if (status !== 0) return end();
    state = "connected";
    readFrom(handle, events.data, end);
    queued.forEach(send);
  };
  held.push(connecting);
  const connect = host.includes(":") ? handle.connect6.bind(handle) : handle.connect.bind(handle);
  if (connect(connecting, host, port) !== 0) queueMicrotask(end);
  return { write: (bytes) => void (state === "connected" ? send(bytes) : queued.push(bytes)), destroy };
}
