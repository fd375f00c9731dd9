import { expect, test } from "vitest";
import { startTestServer } from "../testing/test-server.js";

test("creates a session under the given id and answers with its first seq", async () => {
  await using server = await startTestServer();
  const created = await server.call("POST", "/api/sessions", {
    sessionId: "s1",
    userId: "ann",
    initial: { source: "cli", own: 1 },
  });
  expect(created.status).toBe(201);
  expect(created.body).toEqual({ success: true, sessionId: "s1", path: null, seq: 1 });
  const { body } = await server.call("GET", "/api/sessions/s1");
  expect(body.metadata).toMatchObject({ sessionId: "s1", userId: "ann", status: "active", eventCount: 1 });
  expect(body.initial).toEqual({ source: "cli", own: 1 });
  expect(body).toMatchObject({
    actions: [],
    responses: [],
    final: null,
    hasMore: false,
    state: { version: 1, seq: 1 },
  });
});

test("makes an id where none is given, also for a body that is not there", async () => {
  await using server = await startTestServer();
  const first = await server.call("POST", "/api/sessions");
  const second = await server.call("POST", "/api/sessions", {});
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(first.body.sessionId).toMatch(/^[a-z0-9]{20}$/);
  expect(second.body.sessionId).not.toBe(first.body.sessionId);
});

test("refuses an id that exists and changes nothing", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/sessions", { sessionId: "s1", userId: "ann" });
  await server.call("POST", "/api/actions/s1", { type: "a" });
  const again = await server.call("POST", "/api/sessions", { sessionId: "s1", userId: "bob" });
  expect(again.status).toBe(409);
  expect(again.body.code).toBe("session_exists");
  const { body } = await server.call("GET", "/api/sessions/s1");
  expect(body.metadata).toMatchObject({ userId: "ann", eventCount: 2 });
  expect(body.actions).toHaveLength(1);
});

test("resumes an existing session where it is asked to", async () => {
  await using server = await startTestServer();
  const first = await server.call("POST", "/api/sessions?ifExists=resume", { sessionId: "s1" });
  expect(first.status).toBe(201);
  await server.call("POST", "/api/actions/s1", { type: "a" });
  const again = await server.call("POST", "/api/sessions?ifExists=resume", { sessionId: "s1" });
  expect(again.status).toBe(200);
  expect(again.body).toEqual({ success: true, sessionId: "s1", path: null, seq: 2, resumed: true });
});

test("shows the newest records of a session and says that there are more", async () => {
  await using server = await startTestServer();
  await server.call(
    "POST",
    "/api/actions/s1",
    [1, 2, 3].map((n) => ({ type: "a", n })),
  );
  await server.call("POST", "/api/actions/s1/responses", { type: "r" });
  const { body } = await server.call("GET", "/api/sessions/s1?limit=2");
  expect(body.actions.map(({ n }: { n: number }) => n)).toEqual([2, 3]);
  expect(body.responses).toHaveLength(1);
  expect(body.hasMore).toBe(true);
});

test("lists sessions by user, status, tag and parent, page by page", async () => {
  await using server = await startTestServer();
  for (const n of [1, 2, 3]) {
    await server.call("POST", "/api/sessions", {
      sessionId: `s${n}`,
      userId: n < 3 ? "ann" : "bob",
      tags: [`t${n}`],
      parentSession: "p",
    });
  }
  const ids = async (query: string) => {
    const { body } = await server.call("GET", `/api/sessions?${query}`);
    return body.sessions.map(({ sessionId }: { sessionId: string }) => sessionId).toSorted();
  };
  expect(await ids("user=ann")).toEqual(["s1", "s2"]);
  expect(await ids("tag=t3&status=active")).toEqual(["s3"]);
  expect(await ids("parent=p")).toHaveLength(3);
  const first = await server.call("GET", "/api/sessions?limit=2");
  expect(first.body.sessions).toHaveLength(2);
  expect(first.headers.link).toMatch(/rel="next"/);
  expect(await ids(`limit=2&cursor=${first.body.next}`)).toHaveLength(1);
  const ofUser = await server.call("GET", "/api/sessions/user/ann");
  expect(ofUser.body).toHaveLength(2);
});

test("deletes a session once", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/sessions", { sessionId: "s1" });
  expect((await server.call("DELETE", "/api/sessions/s1")).body).toEqual({ success: true, sessionId: "s1" });
  expect((await server.call("DELETE", "/api/sessions/s1")).status).toBe(404);
  expect((await server.call("GET", "/api/sessions/s1")).body.code).toBe("session_not_found");
});

test.each([
  ["GET", "/api/sessions/none"],
  ["GET", "/api/actions/none"],
  ["GET", "/api/actions/none/responses"],
  ["GET", "/api/sessions/none/events"],
  ["GET", "/api/state/none"],
  ["GET", "/api/state/none?at=1"],
  ["POST", "/api/sessions/none/reopen"],
])("answers 404 to %s %s of an unknown session", async (method, path) => {
  await using server = await startTestServer();
  const { status, body } = await server.call(method, path);
  expect([status, body.code]).toEqual([404, "session_not_found"]);
});

test("creates a session behind a write to an unknown id, unless it is told not to", async () => {
  await using open = await startTestServer();
  expect((await open.call("POST", "/api/actions/new", { type: "a" })).body).toMatchObject({ success: true, seq: 2 });
  await using strict = await startTestServer({ implicitSessions: false });
  for (const [path, body] of [
    ["/api/actions/new", { type: "a" }],
    ["/api/state/new/goals", { description: "g" }],
    ["/api/sessions/new/finalize", {}],
  ] as const) {
    expect((await strict.call("POST", path, body)).body.code).toBe("session_not_found");
  }
  const patched = await strict.call("PATCH", "/api/state/new", { phase: "x" });
  expect(patched.status).toBe(404);
});

test("answers the queries that scripts ask", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/sessions", { sessionId: "s1", userId: "ann" });
  await server.call("POST", "/api/actions/s1", { type: "tool_call", text: "a needle in hay" });
  await server.call("POST", "/api/sessions", { sessionId: "s2" });
  await server.call("POST", "/api/sessions/s2/finalize", {});
  expect((await server.call("GET", "/api/query/recent?limit=1")).body).toHaveLength(1);
  expect(
    (await server.call("GET", "/api/query/active")).body.map(({ sessionId }: { sessionId: string }) => sessionId),
  ).toEqual(["s1"]);
  const stats = { total: 2, active: 1, completed: 1, activeSessions: 1, completedSessions: 1 };
  expect((await server.call("GET", "/api/query/stats")).body).toMatchObject(stats);
  const { body } = await server.call("GET", "/api/query/search?q=needle&user=ann&type=tool_call");
  expect(body.hits).toMatchObject([
    { sessionId: "s1", seq: 2, snippet: expect.stringContaining("<mark>needle</mark>") },
  ]);
});
