import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { openSocket } from "../testing/live.js";
import { startTestServer, type TestServer } from "../testing/test-server.js";

/** A socket that is opened by hand and never read. */
async function neverReading(port: number, path: string, upgrade: boolean): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.pause();
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("connect", resolve));
  const key =
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${upgrade ? key : "Accept: text/event-stream\r\n"}\r\n`,
  );
  return socket;
}

async function connections(server: TestServer, count: number): Promise<void> {
  await expect.poll(async () => (await server.call("GET", "/health")).body.websocket.totalConnections).toBe(count);
}

async function metric(server: TestServer, name: string): Promise<number> {
  const { text } = await server.call("GET", "/metrics");
  return Number(new RegExp(`^claude_sessions_${name} (\\S+)$`, "m").exec(text)?.[1]);
}

const large = "x".repeat(20_000);

async function writeLarge(server: TestServer, batches: number): Promise<void> {
  for (let n = 0; n < batches; n++) {
    await server.call(
      "POST",
      "/api/actions/s1",
      Array.from({ length: 50 }, () => ({ type: "a", large })),
    );
  }
}

test("readers that never read hold up nobody and hold no memory of their own beyond the bound", async () => {
  await using server = await startTestServer({ live: { budgetBytes: 256 * 1024 } });
  await server.call("POST", "/api/sessions", { sessionId: "s1" });
  const stuck: Socket[] = [];
  for (const path of ["/ws?session=s1", "/ws", "/ws?session=s1&after=0"])
    stuck.push(await neverReading(server.port, path, true));
  for (const path of ["/api/sessions/s1/events", "/api/events"])
    stuck.push(await neverReading(server.port, path, false));
  await connections(server, 5);
  using reader = await openSocket(server.port, "?session=s1&after=0");
  await reader.next();
  await writeLarge(server, 12);
  const seqs = (await reader.take(601)).map(({ seq }) => seq);
  expect(seqs).toEqual(Array.from({ length: 601 }, (_, n) => n + 1));
  expect(await metric(server, "subscriber_lag_events")).toBeGreaterThan(100);
  // Each may hold one page more than the bound allows all of them together.
  expect(await metric(server, "subscriber_held_bytes")).toBeLessThan(256 * 1024 + 6 * 90_000);
  for (const socket of stuck) socket.destroy();
  await connections(server, 1);
  expect(await metric(server, "subscriber_held_bytes")).toBe(0);
});

test("a reader that stopped gets everything, in order, once it reads again", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/sessions", { sessionId: "s1" });
  using reader = await openSocket(server.port, "?session=s1&after=0");
  await reader.take(2);
  reader.socket.pause();
  await writeLarge(server, 12);
  await expect.poll(() => metric(server, "subscriber_lag_events")).toBeGreaterThan(0);
  reader.socket.resume();
  const seqs = (await reader.take(600)).map(({ seq }) => seq);
  expect(seqs).toEqual(Array.from({ length: 600 }, (_, n) => n + 2));
  await server.call("POST", "/api/actions/s1", { type: "live again" });
  expect(await reader.next()).toMatchObject({ seq: 602 });
  expect(await metric(server, "subscriber_lag_events")).toBe(0);
});
