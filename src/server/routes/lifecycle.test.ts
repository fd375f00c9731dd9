import { expect, test } from "vitest";
import { startTestServer } from "../testing/test-server.js";

test("patches metadata by dotted keys, and adds to numbers", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/sessions", { sessionId: "s1" });
  await server.call("PATCH", "/api/sessions/s1/metadata", { "tokenUsage.input": 100, model: "opus", own: { a: 1 } });
  const { status, body } = await server.call("PATCH", "/api/sessions/s1/metadata", {
    "tokenUsage.input": "+20",
    cost: "+0.5",
    "own.b": 2,
  });
  expect([status, body]).toEqual([200, { success: true, seq: 3, eventId: expect.any(String) }]);
  const { metadata } = (await server.call("GET", "/api/sessions/s1")).body;
  expect(metadata).toMatchObject({ tokenUsage: { input: 120 }, cost: 0.5, model: "opus", own: { a: 1, b: 2 } });
});

test.each([
  [{ created: "x" }, "created"],
  [{ eventCount: 4 }, "eventCount"],
  [{ "a..b": 1 }, "a..b"],
  [{ "a.__proto__.b": 1 }, "a.__proto__.b"],
  [{ "constructor.x": 1 }, "constructor.x"],
  [{ own: { constructor: 1 } }, "own.constructor"],
  [{ tags: "x" }, "tags"],
  [{ tokenUsage: 5 }, "tokenUsage"],
  [{ "tokenUsage.input": "many" }, "tokenUsage.input"],
  [{ "metrics.toolCalls": {} }, "metrics.toolCalls"],
  [{ status: "done" }, "status"],
  [{ userId: 7 }, "userId"],
  [{ "userId.x": 7 }, "userId.x"],
])("refuses the metadata patch %j", async (patch, path) => {
  await using server = await startTestServer();
  const { status, body } = await server.call("PATCH", "/api/sessions/s1/metadata", patch);
  expect([status, body.errors?.[0].path]).toEqual([400, path]);
  expect(({} as Record<string, unknown>)["b"]).toBeUndefined();
});

test("finalizes a session once", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/sessions", { sessionId: "s1" });
  const { status, body } = await server.call("POST", "/api/sessions/s1/finalize", {
    status: "success",
    outcome: { ok: 1 },
    response: "bye",
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    success: true,
    status: "completed",
    seq: 2,
    final: { outcome: { ok: 1 }, response: "bye" },
  });
  const session = (await server.call("GET", "/api/sessions/s1")).body;
  expect(session.metadata.status).toBe("completed");
  expect(session.final).toEqual(body.final);
  const again = await server.call("POST", "/api/sessions/s1/finalize", { status: "failed" });
  expect([again.status, again.body.code]).toEqual([409, "already_finalized"]);
});

test.each([
  ["failed", "failed"],
  ["error", "failed"],
  ["cancelled", "cancelled"],
  [undefined, "completed"],
])("finalizing with %s leaves %s", async (status, expected) => {
  await using server = await startTestServer();
  await server.call("POST", "/api/sessions", { sessionId: "s1" });
  expect((await server.call("POST", "/api/sessions/s1/finalize", status && { status })).body.status).toBe(expected);
  expect((await server.call("GET", "/api/sessions/s1")).body.metadata.status).toBe(expected);
});

test("takes what comes after the end", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/sessions/s1/finalize");
  expect((await server.call("POST", "/api/actions/s1", { type: "late" })).status).toBe(201);
  expect((await server.call("POST", "/api/state/s1/goals", { description: "late" })).status).toBe(201);
});

test("reopens what was finalized, and only that", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/sessions", { sessionId: "s1" });
  const active = await server.call("POST", "/api/sessions/s1/reopen");
  expect([active.status, active.body.code]).toEqual([409, "not_finalized"]);
  await server.call("POST", "/api/sessions/s1/finalize");
  expect((await server.call("POST", "/api/sessions/s1/reopen")).body).toMatchObject({
    success: true,
    status: "active",
    seq: 3,
  });
  const session = (await server.call("GET", "/api/sessions/s1")).body;
  expect([session.metadata.status, session.final]).toEqual(["active", null]);
  expect((await server.call("POST", "/api/sessions/s1/finalize")).status).toBe(200);
});
