import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import { makeAction } from "../payload.js";
import { answerCommands } from "../program.js";

/* Fan-out as it is usually written: a loop of `ws.send(string)` over the sockets, message by message. */

const highWaterBytes = 1 << 20;
const clients = new Set<WebSocket>();

const commands = {
  listen(_: null): Promise<number> {
    const server = createServer();
    new WebSocketServer({ server, perMessageDeflate: false }).on("connection", (socket) => {
      clients.add(socket);
      socket.on("close", () => clients.delete(socket));
      socket.send('{"type":"connected"}');
    });
    return new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
    });
  },
  /** Sends this many messages of about 1 KB to every socket, as fast as they take them. */
  async burst(messages: number): Promise<void> {
    for (let seq = 1; seq <= messages; seq++) {
      const message = JSON.stringify({ type: "action", sessionId: "bench", seq, data: makeAction(seq % 64) });
      for (const client of clients) client.send(message);
      do await new Promise((resolve) => setImmediate(resolve));
      while (isBehind());
    }
  },
};

function isBehind(): boolean {
  for (const client of clients) if (client.bufferedAmount > highWaterBytes) return true;
  return false;
}

export type WsLoopCommands = typeof commands;

answerCommands(commands);
