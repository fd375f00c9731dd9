import { expect, test } from "vitest";
import { openSocket, openStream } from "../testing/live.js";
import { startTestServer } from "../testing/test-server.js";

test("carries all sessions, each event with its cursor", async () => {
  await using server = await startTestServer();
  using socket = await openSocket(server.port);
  expect(await socket.next()).toMatchObject({
    type: "connected",
    sessionId: null,
    userId: null,
    cursor: expect.any(String),
  });
  await server.call("POST", "/api/actions/s1", { type: "a" });
  await server.call("POST", "/api/actions/s2", { type: "b" });
  const messages = await socket.take(4);
  expect(messages.map(({ sessionId, seq }) => [sessionId, seq])).toEqual([
    ["s1", 1],
    ["s1", 2],
    ["s2", 1],
    ["s2", 2],
  ]);
  expect(new Set(messages.map(({ cursor }) => cursor)).size).toBe(4);
});

test("goes on behind a cursor with no gap and no repeat", async () => {
  await using server = await startTestServer();
  using first = await openSocket(server.port);
  const { cursor: start } = await first.next();
  const write = async (from: number) => {
    for (let n = from; n < from + 40; n++)
      await server.call("POST", `/api/actions/s${n % 7}`, [
        { type: "a", n },
        { type: "a", n },
      ]);
  };
  await write(0);
  const writing = write(40);
  let cursor = start;
  const seen: number[] = [];
  for (const count of [1, 20, 3, 66, 77]) {
    using socket = await openSocket(server.port, `?cursor=${cursor}`);
    await socket.next();
    const messages = await socket.take(count);
    cursor = messages.at(-1)!.cursor;
    seen.push(...messages.filter(({ type }) => type === "action").map(({ data }) => data["n"] as number));
  }
  await writing;
  expect(seen).toEqual(Array.from({ length: 80 }, (_, n) => [n, n]).flat());
});

test.each(["nonsense", "memory.zzzz", "otherepoch.1", "memory.00001"])(
  "says that the cursor %s is none of its own, and goes on live",
  async (cursor) => {
    await using server = await startTestServer();
    await server.call("POST", "/api/actions/s1", { type: "unseen" });
    using socket = await openSocket(server.port, `?cursor=${cursor}`);
    expect(await socket.take(2)).toMatchObject([{ type: "connected" }, { type: "error", code: "invalid_cursor" }]);
    await server.call("POST", "/api/actions/s1", { type: "seen" });
    expect(await socket.next()).toMatchObject({ type: "action", data: { type: "seen" } });
  },
);

test("goes on live where the log no longer reaches back to the cursor", async () => {
  await using server = await startTestServer();
  const { AppError } = await import("../../core/errors.js");
  await server.call("POST", "/api/actions/s1", { type: "unseen" });
  const { readFeed } = server.store;
  server.store.readFeed = (after, limit) =>
    after === "memory.0"
      ? Promise.reject(new AppError("invalid_cursor", "expired"))
      : readFeed.call(server.store, after, limit);
  using socket = await openSocket(server.port, "?cursor=memory.0");
  expect(await socket.take(2)).toMatchObject([
    { type: "connected" },
    { type: "error", code: "invalid_cursor", error: "expired" },
  ]);
  await server.call("POST", "/api/actions/s1", { type: "seen" });
  expect(await socket.next()).toMatchObject({ data: { type: "seen" } });
});

test("with a user, carries that user's sessions alone", async () => {
  await using server = await startTestServer();
  using socket = await openSocket(server.port, "?user=ann");
  const { cursor } = await socket.next();
  await server.call("POST", "/api/sessions", { sessionId: "a1", userId: "ann" });
  await server.call("POST", "/api/sessions", { sessionId: "b1", userId: "bob" });
  await server.call("POST", "/api/actions/b1", { type: "unseen" });
  await server.call("POST", "/api/actions/a1", { type: "seen" });
  await server.call("PATCH", "/api/sessions/b1/metadata", { userId: "ann" });
  await server.call("POST", "/api/actions/b1", { type: "now seen" });
  await server.call("DELETE", "/api/sessions/a1");
  const expected = ["a1 session_created", "a1 action", "b1 metadata_updated", "b1 action", "a1 session_deleted"];
  expect((await socket.take(5)).map(({ sessionId, type }) => `${sessionId} ${type}`)).toEqual(expected);
  using late = await openStream(server.port, `/api/events?user=ann&cursor=${cursor}`);
  await expect.poll(async () => (await late.next()).event).toBe("session_deleted");
});

test("tells of a deletion on the feed", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/sessions", { sessionId: "s1" });
  using socket = await openSocket(server.port);
  await socket.next();
  await server.call("DELETE", "/api/sessions/s1");
  expect(await socket.next()).toMatchObject({ type: "session_deleted", sessionId: "s1", cursor: expect.any(String) });
});
