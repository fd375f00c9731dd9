import { expect, test } from "vitest";
import { openSocket, refusedUpgrade } from "../testing/live.js";
import { startTestServer } from "../testing/test-server.js";

test("says hello with the head, then sends each event as it was stored", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/actions/s1", { type: "before" });
  using socket = await openSocket(server.port, "?session=s1&user=ann");
  expect(await socket.next()).toEqual({
    type: "connected",
    sessionId: "s1",
    userId: "ann",
    timestamp: expect.any(String),
    head: 2,
  });
  await server.call("POST", "/api/actions/s1", { type: "tool_call", n: 1 });
  await server.call("PATCH", "/api/state/s1", { phase: "x" });
  const [action, patch] = await socket.take(2);
  expect(action).toMatchObject({
    type: "action",
    sessionId: "s1",
    seq: 3,
    timestamp: expect.any(String),
    data: { type: "tool_call", n: 1, seq: 3 },
  });
  expect(action).not.toHaveProperty("cursor");
  expect(patch).toMatchObject({ type: "state_updated", sessionId: "s1", seq: 4, data: { phase: "x" } });
});

test("sends everything past after first, with no gap and no repeat under writes", async () => {
  await using server = await startTestServer();
  const write = (n: number) =>
    server.call(
      "POST",
      "/api/actions/s1",
      Array.from({ length: 50 }, () => ({ type: "a", n, text: "x".repeat(500) })),
    );
  for (let n = 0; n < 10; n++) await write(n);
  const writing = (async () => {
    for (let n = 10; n < 20; n++) await write(n);
  })();
  using socket = await openSocket(server.port, "?session=s1&after=100");
  await socket.next();
  const seqs = (await socket.take(901)).map(({ seq }) => seq);
  expect(seqs).toEqual(Array.from({ length: 901 }, (_, n) => n + 101));
  await writing;
});

test("a subscriber that comes back again and again misses nothing and gets nothing twice", async () => {
  await using server = await startTestServer();
  const writing = (async () => {
    for (let n = 0; n < 60; n++)
      await server.call(
        "POST",
        "/api/actions/s1",
        Array.from({ length: 20 }, () => ({ type: "a" })),
      );
  })();
  const seqs: number[] = [];
  for (const pause of [1, 3, 50, 7, 200, 11, 2, 90, 400, 437]) {
    using socket = await openSocket(server.port, `?session=s1&after=${seqs.at(-1) ?? 0}`);
    await socket.next();
    seqs.push(...(await socket.take(pause)).map(({ seq }) => seq));
  }
  expect(seqs).toEqual(Array.from({ length: 1201 }, (_, n) => n + 1));
  await writing;
});

test("waits for a session that is not there yet", async () => {
  await using server = await startTestServer();
  using socket = await openSocket(server.port, "?session=new&after=40");
  expect(await socket.next()).toMatchObject({ type: "connected", head: 0 });
  await server.call("POST", "/api/sessions", { sessionId: "new" });
  expect(await socket.next()).toMatchObject({ type: "session_created", sessionId: "new", seq: 1 });
});

test("misses nothing that is committed while a subscription opens", async () => {
  await using server = await startTestServer();
  const { head } = server.store;
  let slips = 1;
  server.store.head = async (sessionId) => {
    const known = await head.call(server.store, sessionId);
    if (slips-- > 0) await server.store.append(sessionId, [{ type: "action", data: { type: "slipped in" } }]);
    return known;
  };
  using socket = await openSocket(server.port, "?session=s1");
  expect(await socket.take(3)).toMatchObject([
    { type: "connected", head: 0 },
    { seq: 1 },
    { seq: 2, data: { type: "slipped in" } },
  ]);
});

test("follows several sessions on one socket", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/actions/s2", { type: "a" });
  using socket = await openSocket(server.port, "?session=s1");
  await socket.next();
  socket.send({ type: "subscribe", sessionId: "s2", after: 1 });
  expect(await socket.take(2)).toMatchObject([
    { type: "subscribed", sessionId: "s2", head: 2 },
    { type: "action", sessionId: "s2", seq: 2 },
  ]);
  await server.call("POST", "/api/actions/s1", { type: "b" });
  expect(await socket.take(2)).toMatchObject([
    { type: "session_created", sessionId: "s1" },
    { type: "action", sessionId: "s1", seq: 2 },
  ]);
  socket.send({ type: "unsubscribe", sessionId: "s2" });
  expect(await socket.next()).toMatchObject({ type: "unsubscribed", sessionId: "s2" });
  await server.call("POST", "/api/actions/s2", { type: "unseen" });
  await server.call("POST", "/api/actions/s1", { type: "seen" });
  expect(await socket.next()).toMatchObject({ sessionId: "s1", data: { type: "seen" } });
});

test("subscribing again goes back to where it says", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/actions/s1", [{ type: "a" }, { type: "b" }]);
  using socket = await openSocket(server.port, "?session=s1&after=0");
  await socket.take(4);
  socket.send({ type: "subscribe", sessionId: "s1", after: 2 });
  expect(await socket.take(2)).toMatchObject([{ type: "subscribed", head: 3 }, { seq: 3 }]);
  await server.call("POST", "/api/actions/s1", { type: "c" });
  expect(await socket.next()).toMatchObject({ seq: 4 });
});

test.each([
  ["{not json", "invalid_json"],
  ["", "invalid_json"],
  ["[]", "invalid_input"],
  [{ type: "dance" }, "invalid_input"],
  [{ type: "subscribe" }, "invalid_input"],
  [{ type: "subscribe", sessionId: "../x" }, "invalid_input"],
  [{ type: "subscribe", sessionId: "s1", after: "5" }, "invalid_input"],
])("answers %j with an error, and the socket lives", async (message, code) => {
  await using server = await startTestServer();
  using socket = await openSocket(server.port, "?session=s1");
  await socket.next();
  socket.send(message);
  expect(await socket.next()).toMatchObject({ type: "error", code, error: expect.any(String) });
  socket.send({ type: "ping" });
  expect(await socket.next()).toMatchObject({ type: "pong" });
});

test("answers a binary message with an error, and ends a socket that sends too much", async () => {
  await using server = await startTestServer();
  using socket = await openSocket(server.port);
  await socket.next();
  socket.socket.send(Buffer.from([1, 2, 3]));
  expect(await socket.next()).toMatchObject({ type: "error", code: "invalid_json" });
  socket.send("x".repeat(70_000));
  expect((await socket.closed).code).toBe(1009);
  await expect.poll(async () => (await server.call("GET", "/health")).body.websocket.totalConnections).toBe(0);
});

test.each([
  ["?session=../x", 400, "invalid_session_id"],
  ["?session=s1&after=x", 400, "invalid_input"],
  ["?after=5", 400, "invalid_input"],
])("refuses to open with %s", async (query, status, code) => {
  await using server = await startTestServer();
  expect(await refusedUpgrade(server.port, query)).toMatchObject({ status, body: { code } });
  expect(await refusedUpgrade(server.port, "", {}, "/elsewhere")).toMatchObject({
    status: 404,
    body: { code: "not_found" },
  });
});

test("tells of a deletion, and of the session that then takes the id", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/actions/s1", [{ type: "a" }, { type: "b" }]);
  using socket = await openSocket(server.port, "?session=s1");
  await socket.next();
  await server.call("DELETE", "/api/sessions/s1");
  expect(await socket.next()).toMatchObject({ type: "session_deleted", sessionId: "s1" });
  await server.call("POST", "/api/sessions", { sessionId: "s1" });
  expect(await socket.next()).toMatchObject({ type: "session_created", seq: 1 });
});

test("counts connections, users and sessions", async () => {
  await using server = await startTestServer();
  using one = await openSocket(server.port, "?session=s1&user=ann");
  using two = await openSocket(server.port, "?user=ann");
  using three = await openSocket(server.port, "?session=s2&user=bob");
  await Promise.all([one.next(), two.next(), three.next()]);
  const { websocket } = (await server.call("GET", "/health")).body;
  expect(websocket).toEqual({ totalConnections: 3, users: 2, sessions: 2 });
});

test("hears of commits only while somebody listens", async () => {
  await using server = await startTestServer();
  let listeners = 0;
  const { onCommit } = server.store;
  server.store.onCommit = (listener) => {
    listeners += 1;
    const stop = onCommit.call(server.store, listener);
    return () => {
      listeners -= 1;
      stop();
    };
  };
  expect(listeners).toBe(0);
  const socket = await openSocket(server.port, "?session=s1");
  await socket.next();
  expect(listeners).toBe(1);
  socket.socket.close();
  await socket.closed;
  await expect.poll(() => listeners).toBe(0);
});
