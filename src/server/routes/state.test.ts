import { expect, test } from "vitest";
import { startTestServer } from "../testing/test-server.js";

test("merges a patch into the state and counts its version", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/sessions", { sessionId: "s1" });
  const first = await server.call("PATCH", "/api/state/s1", {
    phase: "execution",
    workspace: { branch: "main" },
    own: { a: 1, b: 2 },
  });
  expect(first.body).toMatchObject({ success: true, version: 2, seq: 2 });
  expect(first.headers.etag).toBe('"2"');
  await server.call("PATCH", "/api/state/s1", { own: { a: null } });
  const { body, headers } = await server.call("GET", "/api/state/s1");
  expect(body).toMatchObject({
    sessionId: "s1",
    version: 3,
    seq: 3,
    phase: "execution",
    workspace: { branch: "main" },
    own: { b: 2 },
  });
  expect(headers.etag).toBe('"3"');
});

test("answers the version that the state has, also for a session that the patch creates", async () => {
  await using server = await startTestServer();
  const { body } = await server.call("PATCH", "/api/state/new", { phase: "x" });
  expect(body).toMatchObject({ version: 2, seq: 2 });
  expect((await server.call("GET", "/api/state/new")).body).toMatchObject({ version: 2, seq: 2 });
});

test("rejects a stale version and changes nothing", async () => {
  await using server = await startTestServer();
  await server.call("PATCH", "/api/state/s1", { phase: "a" });
  const ifMatch = (version: string) => ({ headers: { "if-match": version } });
  expect((await server.call("PATCH", "/api/state/s1", { phase: "b" }, ifMatch('"2"'))).body.version).toBe(3);
  const stale = await server.call("PATCH", "/api/state/s1", { phase: "c" }, ifMatch('"2"'));
  expect([stale.status, stale.body.code]).toEqual([412, "version_conflict"]);
  expect((await server.call("GET", "/api/state/s1")).body).toMatchObject({ phase: "b", version: 3 });
  expect((await server.call("PATCH", "/api/state/s1", { phase: "d" }, ifMatch('"1", "3"'))).status).toBe(200);
  expect((await server.call("PATCH", "/api/state/s1", { phase: "e" }, ifMatch("*"))).status).toBe(200);
  expect((await server.call("PATCH", "/api/state/none", { phase: "e" }, ifMatch("*"))).status).toBe(412);
});

test("lets one of many patches of the same version through", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/sessions", { sessionId: "s1" });
  const race = Array.from({ length: 20 }, (_, n) =>
    server.call("PATCH", "/api/state/s1", { n }, { headers: { "if-match": '"1"' } }),
  );
  const statuses = (await Promise.all(race)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  expect(statuses.filter((status) => status === 412)).toHaveLength(19);
});

test("answers 304 where the reader has the version", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/sessions", { sessionId: "s1" });
  const known = await server.call("GET", "/api/state/s1", undefined, { headers: { "if-none-match": '"1"' } });
  expect([known.status, known.text]).toEqual([304, ""]);
  expect((await server.call("GET", "/api/state/s1", undefined, { headers: { "if-none-match": '"9"' } })).status).toBe(
    200,
  );
});

test("shows the state as it was after any seq", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/sessions", { sessionId: "s1" });
  for (const phase of ["a", "b", "c"]) await server.call("PATCH", "/api/state/s1", { phase });
  expect((await server.call("GET", "/api/state/s1?at=3")).body).toMatchObject({ phase: "b", version: 3, seq: 3 });
  const past = await server.call("GET", "/api/state/s1?at=9");
  expect([past.status, past.body.code]).toEqual([400, "invalid_input"]);
});

test("refuses to patch what other calls change, and says which", async () => {
  await using server = await startTestServer();
  const { status, body } = await server.call("PATCH", "/api/state/s1", {
    phase: "x",
    goals: [],
    agents: [],
    version: 7,
  });
  expect(status).toBe(400);
  expect(body.errors.map(({ path }: { path: string }) => path)).toEqual(["version", "goals", "agents"]);
  expect(body.errors[1].message).toContain("POST /api/state/:id/goals");
});

test("ignores a client's own seq and sessionId in a patch", async () => {
  await using server = await startTestServer();
  await server.call("PATCH", "/api/state/s1", { seq: 900, sessionId: "other", own: 1 });
  expect((await server.call("GET", "/api/state/s1")).body).toMatchObject({ seq: 2, sessionId: "s1", own: 1 });
});

test.each([
  [{ phase: 5 }, "phase"],
  [{ phase: null }, "phase"],
  [{ workspace: "x" }, "workspace"],
])("refuses the wrong kind of a known field: %j", async (patch, path) => {
  await using server = await startTestServer();
  const { status, body } = await server.call("PATCH", "/api/state/s1", patch);
  expect([status, body.errors[0].path]).toEqual([400, path]);
});
