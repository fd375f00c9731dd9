import type { Duplex } from "node:stream";
import type { RawData, WebSocket } from "ws";
import { AppError, toAppError } from "../../core/errors.js";
import { clientMessageSchema, type ClientMessage } from "../../core/requests.js";
import { parseJson, parseWith } from "../input/parse.js";
import { Peer } from "./peer.js";
import type { SocketStart, Subscriber } from "./subscriber.js";

export interface SocketRequest extends SocketStart {
  /** Throws AppError where the caller may not listen to this session. */
  authorize: (sessionId: string) => void;
}

const mostSubscriptions = 1000;

/**
 * A WebSocket as a connection to write to. `ws` reads, and writes control frames; messages are
 * written to the socket itself, as whole frames, so that one buffer serves every reader.
 */
export function openSocketPeer(
  webSocket: WebSocket,
  socket: Duplex,
  request: SocketRequest,
  subscriber: Subscriber,
  onClose: (peer: Peer) => void,
): Peer {
  const peer = new Peer("ws", socket, request.user ?? null, {
    probe: () => webSocket.ping(),
    end: (code, reason) => webSocket.close(code, reason),
    destroy: () => webSocket.terminate(),
  });
  webSocket.on("pong", () => (peer.alive = true));
  webSocket.on("close", () => onClose(peer));
  webSocket.on("error", () => webSocket.terminate());
  let turn = subscriber.openSocket(peer, request).catch((error: unknown) => endBadly(peer, error));
  webSocket.on("message", (data, isBinary) => {
    // Read on only when this message is dealt with and the answers are taken.
    webSocket.pause();
    turn = turn
      .then(() => receive(peer, data, isBinary, request, subscriber))
      .then(() => (peer.blocked ? untilDrained(socket) : undefined))
      .then(() => webSocket.resume());
  });
  return peer;
}

function endBadly(peer: Peer, error: unknown): void {
  const { code, message } = toAppError(error);
  peer.send({ type: "error", code, error: message });
  peer.control.end(1011, "the subscription failed");
}

function untilDrained(socket: Duplex): Promise<void> {
  return new Promise((resolve) => {
    socket.once("drain", resolve);
    socket.once("close", resolve);
  });
}

async function receive(
  peer: Peer,
  data: RawData,
  isBinary: boolean,
  request: SocketRequest,
  subscriber: Subscriber,
): Promise<void> {
  try {
    peer.alive = true;
    await handle(peer, parseMessage(data, isBinary), request, subscriber);
  } catch (error) {
    const { code, message, issues } = toAppError(error);
    peer.send({ type: "error", code, error: message, ...(issues.length > 0 && { errors: issues }) });
  }
}

function parseMessage(data: RawData, isBinary: boolean): ClientMessage {
  if (isBinary) throw new AppError("invalid_json", "Send text messages that hold JSON.");
  return parseWith(clientMessageSchema, parseJson(String(data), "", "The message"));
}

async function handle(
  peer: Peer,
  message: ClientMessage,
  { authorize }: SocketRequest,
  subscriber: Subscriber,
): Promise<void> {
  switch (message.type) {
    case "subscribe":
      if (peer.subscriptions.size >= mostSubscriptions) {
        throw new AppError("invalid_input", `One socket follows at most ${mostSubscriptions} sessions. Open another.`);
      }
      authorize(message.sessionId);
      return subscriber.subscribe(peer, message.sessionId, message.after);
    case "unsubscribe":
      return subscriber.unsubscribe(peer, message.sessionId);
    case "ping":
      return subscriber.pong(peer);
  }
}
