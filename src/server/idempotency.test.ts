import { expect, test } from "vitest";
import { startTestServer, type TestServer } from "./testing/test-server.js";

/** Each write with what must stand before it. */
const writes: [string, string, unknown, (server: TestServer) => Promise<unknown>][] = [
  ["POST", "/api/sessions", { sessionId: "s1", userId: "ann" }, async () => {}],
  ["POST", "/api/sessions", {}, async () => {}],
  ["POST", "/api/actions/s1", { type: "a" }, async () => {}],
  ["POST", "/api/actions/s1", [{ type: "a" }, { type: "b" }], async () => {}],
  ["POST", "/api/actions/s1/responses", { type: "a" }, async () => {}],
  ["POST", "/api/sessions/s1/events", { type: "action", data: { type: "a" } }, async () => {}],
  [
    "POST",
    "/api/sessions/s1/events",
    [
      { type: "session_created", data: {} },
      { type: "action", data: { type: "a" } },
    ],
    async () => {},
  ],
  ["PATCH", "/api/state/s1", { phase: "x" }, async () => {}],
  ["PATCH", "/api/sessions/s1/metadata", { "tokenUsage.input": "+5" }, async () => {}],
  ["POST", "/api/state/s1/goals", { description: "d" }, async () => {}],
  ["PATCH", "/api/state/s1/goals/g", { status: "completed" }, addGoal],
  ["POST", "/api/state/s1/agents", { type: "t" }, async () => {}],
  ["POST", "/api/state/s1/agents/a/complete", { result: 1 }, addAgent],
  ["POST", "/api/sessions/s1/finalize", { status: "failed", outcome: 1 }, async () => {}],
  ["POST", "/api/sessions/s1/reopen", {}, (server) => server.call("POST", "/api/sessions/s1/finalize")],
];

function addGoal(server: TestServer) {
  return server.call("POST", "/api/state/s1/goals", { goalId: "g", description: "d" });
}

function addAgent(server: TestServer) {
  return server.call("POST", "/api/state/s1/agents", { agentId: "a", type: "t" });
}

test.each(writes)(
  "%s %s with %j answers a repeated Idempotency-Key as the first time",
  async (method, path, body, prepare) => {
    await using server = await startTestServer();
    await prepare(server);
    const keyed = { headers: { "idempotency-key": "key-1" } };
    const first = await server.call(method, path, body, keyed);
    expect(first.status).toBeLessThan(300);
    const sessionId = first.body.sessionId ?? "s1";
    // What happens in between must not change the answer.
    await server.call("PATCH", `/api/state/${sessionId}`, { phase: "moved on" });
    await server.call("PATCH", `/api/state/${sessionId}/goals/g`, { status: "failed", extra: 1 });
    const head = await server.store.head(sessionId);
    const again = await server.call(method, path, body, keyed);
    expect([again.status, again.body]).toEqual([first.status, first.body]);
    expect(await server.store.head(sessionId)).toBe(head);
  },
);

test("an eventId in the body makes a write idempotent too", async () => {
  await using server = await startTestServer();
  for (const [path, body] of [
    ["/api/actions/s1", { type: "a", eventId: "e1" }],
    ["/api/state/s1/goals", { description: "d", eventId: "e2" }],
    ["/api/sessions/s1/finalize", { eventId: "e3" }],
  ] as const) {
    const first = await server.call("POST", path, body);
    expect(first.status).toBeLessThan(300);
    expect((await server.call("POST", path, body)).body).toEqual(first.body);
  }
  expect(await server.store.head("s1")).toBe(4);
});

test("a key of a batch stands for each of its events", async () => {
  await using server = await startTestServer();
  const { body } = await server.call("POST", "/api/actions/s1", [{ type: "a" }, { type: "b" }], {
    headers: { "idempotency-key": '"quoted"' },
  });
  expect(body.events.map(({ eventId }: { eventId: string }) => eventId)).toEqual(["quoted:0", "quoted:1"]);
});

test("says so where a key was another call's", async () => {
  await using server = await startTestServer();
  const keyed = { headers: { "idempotency-key": "k" } };
  await server.call("POST", "/api/actions/s1", { type: "a" }, keyed);
  for (const [method, path, body] of [
    ["POST", "/api/state/s1/goals", { description: "d" }],
    ["PATCH", "/api/state/s1", { phase: "x" }],
    ["POST", "/api/sessions/s1/finalize", {}],
  ] as const) {
    const { status, body: problem } = await server.call(method, path, body, keyed);
    expect([status, problem.errors[0].path]).toEqual([400, "Idempotency-Key"]);
  }
});

test.each(["", "has space", "ü", "x".repeat(241)])("refuses the key %j", async (key) => {
  await using server = await startTestServer();
  const headers = { "idempotency-key": Buffer.from(key).toString("latin1") };
  const { status, body } = await server.call("POST", "/api/actions/s1", { type: "a" }, { headers });
  expect([status, body.errors?.[0].path]).toEqual([400, "Idempotency-Key"]);
});
