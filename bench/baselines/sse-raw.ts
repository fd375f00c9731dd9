import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { makeAction } from "../payload.js";
import { answerCommands } from "../program.js";

/* Server-sent events as text written straight to each response. */

const clients = new Set<ServerResponse>();

const commands = {
  listen(_: null): Promise<number> {
    const server = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.flushHeaders();
      clients.add(response);
      response.on("close", () => clients.delete(response));
    });
    return new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
    });
  },
  /** Writes this many events of about 1 KB to every response, as fast as they take them. */
  async burst(messages: number): Promise<void> {
    for (let seq = 1; seq <= messages; seq++) {
      const data = JSON.stringify({ type: "action", sessionId: "bench", seq, data: makeAction(seq % 64) });
      const text = `id: ${seq}\ndata: ${data}\n\n`;
      const full = [...clients].filter((client) => !client.write(text));
      await Promise.all(full.map((client) => once(client, "drain")));
      await new Promise((resolve) => setImmediate(resolve));
    }
  },
};

export type SseRawCommands = typeof commands;

answerCommands(commands);
