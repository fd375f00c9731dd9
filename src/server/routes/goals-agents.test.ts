import { expect, test } from "vitest";
import { startTestServer } from "../testing/test-server.js";

test("adds a goal and answers with it", async () => {
  await using server = await startTestServer();
  const { status, body } = await server.call("POST", "/api/state/s1/goals", {
    description: "d",
    priority: "high",
    own: [1],
  });
  expect(status).toBe(201);
  expect(body).toMatchObject({
    success: true,
    seq: 2,
    description: "d",
    status: "pending",
    priority: "high",
    own: [1],
  });
  expect(body.goalId).toMatch(/^[a-z0-9]{12}$/);
  const { success: _success, seq: _seq, ...goal } = body;
  expect((await server.call("GET", "/api/state/s1")).body.goals).toEqual([goal]);
});

test("takes id as another name of goalId and agentId", async () => {
  await using server = await startTestServer();
  expect((await server.call("POST", "/api/state/s1/goals", { description: "d", id: "g1" })).body).toMatchObject({
    goalId: "g1",
  });
  const agent = (await server.call("POST", "/api/state/s1/agents", { type: "t", id: "a1" })).body;
  expect(agent).toMatchObject({ agentId: "a1" });
  expect(agent).not.toHaveProperty("id");
});

test("updates a goal, and answers with what the state then holds", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/state/s1/goals", { description: "d", goalId: "g1" });
  const { status, body } = await server.call("PATCH", "/api/state/s1/goals/g1", {
    status: "completed",
    note: "n",
    goalId: "other",
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({ success: true, goalId: "g1", description: "d", status: "completed", note: "n" });
  const { success: _success, seq: _seq, ...goal } = body;
  expect((await server.call("GET", "/api/state/s1")).body.goals).toEqual([goal]);
});

test("keeps every one of 200 goals that are added at once", async () => {
  await using server = await startTestServer();
  await Promise.all(
    Array.from({ length: 200 }, (_, n) => server.call("POST", "/api/state/s1/goals", { description: `${n}` })),
  );
  const { goals } = (await server.call("GET", "/api/state/s1")).body;
  expect(new Set(goals.map(({ description }: { description: string }) => description)).size).toBe(200);
});

test("spawns an agent and completes it", async () => {
  await using server = await startTestServer();
  const spawned = await server.call("POST", "/api/state/s1/agents", {
    type: "researcher",
    task: { what: "read" },
    subsession: "sub",
  });
  expect(spawned.status).toBe(201);
  expect(spawned.body).toMatchObject({ success: true, type: "researcher", status: "active", task: { what: "read" } });
  const { agentId } = spawned.body;
  const done = await server.call("POST", `/api/state/s1/agents/${agentId}/complete`, { result: "found" });
  expect(done.status).toBe(200);
  expect(done.body).toMatchObject({ agentId, status: "completed", result: "found", completed: expect.any(String) });
  const { body } = await server.call("GET", "/api/sessions/s1");
  expect(body.state.agents).toMatchObject([{ agentId, status: "completed" }]);
  expect(body.metadata.subsessions).toEqual(["sub"]);
});

test("completes an agent without a body", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/state/s1/agents", { type: "t", agentId: "a1" });
  expect((await server.call("POST", "/api/state/s1/agents/a1/complete")).body.status).toBe("completed");
});

test.each([
  ["PATCH", "/api/state/s1/goals/none", "goal_not_found"],
  ["PATCH", "/api/state/unknown/goals/none", "goal_not_found"],
  ["POST", "/api/state/s1/agents/none/complete", "agent_not_found"],
])("answers 404 to %s %s", async (method, path, code) => {
  await using server = await startTestServer();
  await server.call("POST", "/api/sessions", { sessionId: "s1" });
  const { status, body } = await server.call(method, path, {});
  expect([status, body.code]).toEqual([404, code]);
  expect((await server.call("GET", "/api/sessions/unknown")).status).toBe(404);
});

test("refuses a second goal or agent of the same id", async () => {
  await using server = await startTestServer();
  const goal = { description: "d", goalId: "x" };
  const agent = { type: "t", agentId: "x" };
  expect((await server.call("POST", "/api/state/s1/goals", goal)).status).toBe(201);
  expect((await server.call("POST", "/api/state/s1/goals", goal)).body).toMatchObject({
    status: 409,
    code: "goal_exists",
  });
  expect((await server.call("POST", "/api/state/s1/agents", agent)).status).toBe(201);
  expect((await server.call("POST", "/api/state/s1/agents", agent)).body).toMatchObject({
    status: 409,
    code: "agent_exists",
  });
});

test.each([
  ["POST", "goals", {}, "description"],
  ["POST", "goals", { description: "d", status: "done" }, "status"],
  ["POST", "goals", { description: "d", goalId: 7 }, "goalId"],
  ["PATCH", "goals/g1", { status: "nope" }, "status"],
  ["POST", "agents", { task: "x" }, "type"],
  ["POST", "agents", { type: "t", subsession: "../x" }, "subsession"],
  ["POST", "agents/a1/complete", { status: "active" }, "status"],
  ["POST", "goals", { description: "d", deep: { prototype: 1 } }, "deep.prototype"],
])("refuses %s %s with %j at its path", async (method, path, body, field) => {
  await using server = await startTestServer();
  const answer = await server.call(method, `/api/state/s1/${path}`, body);
  expect([answer.status, answer.body.errors[0].path]).toEqual([400, field]);
});
