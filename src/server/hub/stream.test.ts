import { expect, test } from "vitest";
import { openStream } from "../testing/live.js";
import { startTestServer } from "../testing/test-server.js";

test("sends the whole log, and then what comes", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/actions/s1", { type: "a" });
  using stream = await openStream(server.port, "/api/sessions/s1/events");
  expect(stream.response.headers).toMatchObject({
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
  });
  const backfill = await stream.take(2);
  expect(backfill.map(({ id, event }) => [id, event])).toEqual([
    ["1", "session_created"],
    ["2", "action"],
  ]);
  await server.call("POST", "/api/state/s1/goals", { description: "g" });
  expect(await stream.next()).toMatchObject({
    id: "3",
    event: "goal_added",
    data: { type: "goal_added", seq: 3, data: { description: "g" } },
  });
});

test("goes on behind Last-Event-ID, which goes before after", async () => {
  await using server = await startTestServer();
  await server.call(
    "POST",
    "/api/actions/s1",
    [1, 2, 3, 4].map((n) => ({ type: "a", n })),
  );
  using resumed = await openStream(server.port, "/api/sessions/s1/events?after=1", { "last-event-id": "3" });
  expect((await resumed.take(2)).map(({ id }) => id)).toEqual(["4", "5"]);
  using after = await openStream(server.port, "/api/sessions/s1/events?after=4");
  expect((await after.next()).id).toBe("5");
});

test("a reader that comes back again and again misses nothing and gets nothing twice", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/sessions", { sessionId: "s1" });
  const writing = (async () => {
    for (let n = 0; n < 60; n++)
      await server.call(
        "POST",
        "/api/actions/s1",
        Array.from({ length: 20 }, () => ({ type: "a" })),
      );
  })();
  const ids: string[] = [];
  for (const count of [1, 3, 50, 7, 200, 11, 2, 90, 400, 437]) {
    using stream = await openStream(server.port, "/api/sessions/s1/events", { "last-event-id": ids.at(-1) ?? "" });
    ids.push(...(await stream.take(count)).map(({ id }) => id));
  }
  expect(ids).toEqual(Array.from({ length: 1201 }, (_, n) => String(n + 1)));
  await writing;
});

test("sends only the types that are asked for", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/actions/s1", { type: "a" });
  using stream = await openStream(server.port, "/api/sessions/s1/events?types=response,goal_added");
  await server.call("POST", "/api/actions/s1", { type: "b" });
  await server.call("POST", "/api/actions/s1/responses", { type: "r" });
  await server.call("POST", "/api/state/s1/goals", { description: "g" });
  expect((await stream.take(2)).map(({ id, event }) => [id, event])).toEqual([
    ["4", "response"],
    ["5", "goal_added"],
  ]);
});

test("carries all sessions, and goes on behind the cursor that is an event's id", async () => {
  await using server = await startTestServer();
  using stream = await openStream(server.port, "/api/events");
  await server.call("POST", "/api/actions/s1", [{ type: "a" }, { type: "b" }]);
  const [first, second] = await stream.take(3);
  expect(second).toMatchObject({ event: "action", id: second!.data.cursor });
  using resumed = await openStream(server.port, "/api/events", { "last-event-id": first!.id });
  expect((await resumed.take(2)).map(({ data }) => data.seq)).toEqual([2, 3]);
});

test("ends with the session", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/sessions", { sessionId: "s1" });
  using stream = await openStream(server.port, "/api/sessions/s1/events");
  await stream.next();
  await server.call("DELETE", "/api/sessions/s1");
  expect(await stream.next()).toMatchObject({ event: "session_deleted" });
  await stream.ended;
});

test("refuses an unknown session and a Last-Event-ID that is none", async () => {
  await using server = await startTestServer();
  using unknown = await openStream(server.port, "/api/sessions/none/events");
  expect(unknown.response.statusCode).toBe(404);
  await server.call("POST", "/api/sessions", { sessionId: "s1" });
  using wrong = await openStream(server.port, "/api/sessions/s1/events", { "last-event-id": "x" });
  expect(wrong.response.statusCode).toBe(400);
  const head = await server.call("HEAD", "/api/sessions/s1/events", undefined, {
    headers: { accept: "text/event-stream" },
  });
  expect([head.status, head.headers["content-type"]]).toEqual([200, "text/event-stream"]);
});
