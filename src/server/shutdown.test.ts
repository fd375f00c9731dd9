import { basename } from "node:path";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { createMemoryStore } from "../storage/memory/memory-store.js";
import { openSocket, openStream } from "./testing/live.js";
import { startTestServer } from "./testing/test-server.js";

test("ends within 5 s with sockets open, telling those that listen", async () => {
  const server = await startTestServer();
  using socket = await openSocket(server.port, "?session=s1");
  using stream = await openStream(server.port, "/api/events");
  const stuck = connect(server.port, "127.0.0.1");
  stuck.on("error", () => {});
  stuck.write(
    `GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
  await expect.poll(async () => (await server.call("GET", "/health")).body.websocket.totalConnections).toBe(3);
  stuck.pause();
  await socket.next();
  const started = performance.now();
  await server.close();
  expect(performance.now() - started).toBeLessThan(5000);
  expect(await socket.closed).toEqual({ code: 1001, reason: "the server is shutting down" });
  await stream.ended;
  await expect(server.call("GET", "/health")).rejects.toThrow("ECONNREFUSED");
});

test("answers what is in flight, and what was acknowledged still goes out", async () => {
  const store = createMemoryStore();
  const { append } = store;
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  let asked = () => {};
  const begun = new Promise<void>((resolve) => (asked = resolve));
  store.append = async (...args) => {
    asked();
    await held;
    return append.apply(store, args);
  };
  const server = await startTestServer({ store });
  using socket = await openSocket(server.port, "?session=s1");
  await socket.next();
  const answer = server.call("POST", "/api/actions/s1", { type: "a" });
  await begun;
  const closed = server.close();
  release();
  expect((await answer).status).toBe(201);
  expect((await socket.take(2)).map(({ seq }) => seq)).toEqual([1, 2]);
  await closed;
});

test("closes once, however often it is asked", async () => {
  const server = await startTestServer();
  await Promise.all([server.close(), server.close()]);
  await expect(server.close()).resolves.toBeUndefined();
});

test.runIf(process.platform === "linux")("names the process that has the port, without its folders", async () => {
  await using first = await startTestServer();
  await expect(startTestServer({ port: first.port })).rejects.toThrow(
    new RegExp(`taken by process ${process.pid} \\(${basename(process.execPath)} `),
  );
});

test("says how to choose another port than one that is taken", async () => {
  await using first = await startTestServer();
  const attempt = startTestServer({ port: first.port });
  await expect(attempt).rejects.toMatchObject({
    code: "port_in_use",
    message: expect.stringContaining(`--port ${first.port + 1}`),
  });
});

test("listens on IPv6 too", async () => {
  await using server = await startTestServer({ host: "localhost" });
  expect(server.url).toBe(`http://localhost:${server.port}`);
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
});

test("a request that never ends does not hold up the end", async () => {
  const server = await startTestServer();
  const half = connect(server.port, "127.0.0.1");
  const ended = new Promise((resolve) => half.on("close", resolve));
  half.on("error", () => {});
  half.write("POST /api/actions/s1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{");
  await new Promise((resolve) => half.once("connect", resolve));
  await server.call("GET", "/health");
  const started = performance.now();
  await server.close();
  expect(performance.now() - started).toBeLessThan(5000);
  await ended;
});
