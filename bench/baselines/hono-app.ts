import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { answerCommands } from "../program.js";

/*
 * The least that a server of this kind does: Hono on Node with a WebSocket server beside it, which
 * parses what it is sent and stores nothing.
 */

const app = new Hono();
let seq = 0;
app.get("/empty", (c) => c.body(null, 204));
app.post("/api/actions/:id", async (c) => {
  const body: unknown = await c.req.json();
  return c.json({ success: typeof body === "object", seq: ++seq, eventId: `event-${seq}` }, 201);
});

const commands = {
  listen(_: null): Promise<number> {
    const server = createAdaptorServer({ fetch: app.fetch });
    const sockets = new WebSocketServer({ noServer: true });
    server.on("upgrade", (request, socket, head) => sockets.handleUpgrade(request, socket, head, () => {}));
    return new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
    });
  },
};

export type HonoAppCommands = typeof commands;

answerCommands(commands);
