import { expect, test as base } from "vitest";
import { startTestServer, type TestServer } from "../../../src/server/testing/test-server.js";
import { HookAgent } from "./agent.js";
import { HookAgentError, InvalidInputError, NoSessionError } from "./errors.js";
import type { HookAgentOptions } from "./settings.js";

interface Fixtures {
  server: TestServer;
  /** Agents of the session `s1` on the server; what they tell is in `told`. */
  open: (options?: HookAgentOptions) => HookAgent;
  told: string[];
}

const test = base.extend<Fixtures>({
  // oxlint-disable-next-line no-empty-pattern -- the runner wants an object pattern
  server: async ({}, use) => {
    await using server = await startTestServer();
    await use(server);
  },
  // oxlint-disable-next-line no-empty-pattern -- the runner wants an object pattern
  told: async ({}, use) => use([]),
  open: async ({ server, told }, use) => {
    const agents: HookAgent[] = [];
    await use((options = {}) => {
      const { url } = server;
      const agent = new HookAgent({
        sessionId: "s1",
        url,
        spool: false,
        env: {},
        onWarning: (l) => told.push(l),
        ...options,
      });
      agents.push(agent);
      return agent;
    });
    await Promise.all(agents.map((agent) => agent.close()));
  },
});

async function stateOf(server: TestServer) {
  return (await server.call("GET", "/api/state/s1")).body as { goals: object[]; agents: object[] };
}

test("a goal that work is for completes with it, and gives back what the work gave", async ({ server, open }) => {
  const agent = open();
  const answer = await agent.goal("Green tests", async (goal) => {
    await goal.update({ priority: "high" });
    return 42;
  });
  await agent.flush();
  expect(answer).toBe(42);
  expect((await stateOf(server)).goals).toMatchObject([
    { description: "Green tests", status: "completed", priority: "high" },
  ]);
});

test("a goal whose work throws fails, and the error is the caller's", async ({ server, open }) => {
  const agent = open();
  const work = agent.goal({ description: "Green tests" }, () => {
    throw new Error("red");
  });
  await expect(work).rejects.toThrow("red");
  await agent.flush();
  expect((await stateOf(server)).goals).toMatchObject([{ status: "failed", error: "red" }]);
});

test("a goal completes at the end of its block, unless it has ended before", async ({ server, open }) => {
  const agent = open();
  {
    await using done = await agent.goal("done");
    await using lost = await agent.goal("lost");
    await lost.fail(new Error("no"));
    expect(done.goalId).not.toBe(lost.goalId);
  }
  await agent.flush();
  expect((await stateOf(server)).goals).toMatchObject([
    { description: "done", status: "completed" },
    { description: "lost", status: "failed" },
  ]);
});

test("what is logged through an agent's scope is the agent's", async ({ server, open }) => {
  const agent = open();
  const agentId = await agent.agent({ type: "researcher", task: "read" }, async (scope) => {
    await scope.logAction({ type: "tool_call", tool: "grep" });
    return scope.agentId;
  });
  await agent.flush();
  expect((await stateOf(server)).agents).toMatchObject([{ agentId, type: "researcher", status: "completed" }]);
  expect((await server.call("GET", "/api/actions/s1")).body).toMatchObject([{ type: "tool_call", agentId }]);
});

test("keeps any event of a log's vocabulary, and refuses one of no type", async ({ server, open, told }) => {
  const agent = open();
  await agent.logEvent({ type: "metadata_updated", data: { title: "Tea" } });
  expect(await agent.logEvent({ type: "nope" as "action", data: {} })).toBeUndefined();
  await agent.flush();
  expect((await server.call("GET", "/api/sessions/s1")).body.metadata).toMatchObject({ title: "Tea" });
  expect(told).toEqual([expect.stringContaining("logEvent takes {type, data}")]);
});

test("goes on where an earlier process of the session was", async ({ open }) => {
  const first = open();
  await first.start({ userId: "ann" });
  await first.updateState({ phase: "review" });
  await first.addGoal({ description: "x", goalId: "g1" });
  await first.finalizeSession("failed");
  const second = open();
  const resumed = await second.resume();
  expect(resumed).toMatchObject({
    metadata: { userId: "ann" },
    state: { phase: "review" },
    goals: [{ goalId: "g1" }],
    final: { status: "failed" },
  });
  expect(resumed!.events.map(({ type }) => type)).toEqual([
    "session_created",
    "state_updated",
    "goal_added",
    "session_finalized",
    "metadata_updated",
  ]);
  await second.addGoal({ description: "x", goalId: "g1" });
  expect(await second.getState()).toMatchObject({ goals: [{ goalId: "g1" }] });
  expect((await second.resume())?.metadata).toMatchObject({ status: "active" });
});

test("delivers over a path of the server's URL", async ({ open, told }) => {
  const agent = open({ url: "http://127.0.0.1:1/base/" });
  expect(await agent.testConnection()).toBe(false);
  expect(told).toEqual([]);
});

test("reads the environment at the first call, and not before", async ({ server, open }) => {
  const env: Record<string, string> = {};
  const agent = open({ sessionId: undefined, url: undefined, env });
  env["SESSION_ID"] = "late";
  env["SESSION_SERVICE_URL"] = server.url;
  expect(await agent.logAction({ type: "a" }, { wait: true })).toMatchObject({ seq: 2 });
});

test.for<[string, HookAgentOptions, RegExp]>([
  ["no session id", { sessionId: undefined }, /SESSION_ID is not set/],
  ["a session id that is none", { sessionId: "../x" }, /SESSION_ID is not a session id/],
  ["a URL that is none", { url: "nowhere" }, /SESSION_SERVICE_URL is not the URL/],
  ["a pattern that is none", { redact: { values: [{ name: "x", pattern: "(" }] } }, /no regular expression/],
])("with %s nothing is recorded, and it is told once", async ([, options, expected], { open, told }) => {
  const agent = open(options);
  expect(await agent.logAction({ type: "a" })).toBeUndefined();
  expect(await agent.logAction({ type: "b" })).toBeUndefined();
  expect(told).toEqual([expect.stringMatching(expected)]);
});

test("in strict mode throws errors of one tree", async ({ open }) => {
  const agent = open({ strict: true });
  await expect(agent.logAction({} as never)).rejects.toBeInstanceOf(InvalidInputError);
  await expect(open({ strict: true, sessionId: undefined }).logAction({ type: "a" })).rejects.toMatchObject({
    constructor: NoSessionError,
    name: "NoSessionError",
    code: "no_session",
  });
  expect(new InvalidInputError("x")).toBeInstanceOf(HookAgentError);
});

test("after close calls do nothing, and closing again is no matter", async ({ server, open }) => {
  const agent = open({ strict: true });
  await agent.logAction({ type: "a" });
  await Promise.all([agent.close(), agent.close()]);
  expect(await agent.logAction({ type: "b" })).toBeUndefined();
  expect(await agent.flush()).toBe(true);
  expect((await server.call("GET", "/api/actions/s1")).body).toMatchObject([{ type: "a" }]);
});

test("redacts what it is told, by its own rules too", async ({ server, open }) => {
  const agent = open({ redact: { values: [{ name: "ticket", pattern: "(TICKET-)[0-9]+" }], keys: ["pin"] } });
  await agent.logAction({ type: "a", note: "see TICKET-123", myPin: "0000", password: "hunter2" }, { wait: true });
  expect((await server.call("GET", "/api/actions/s1")).body).toMatchObject([
    { note: "see TICKET-[redacted:ticket]", myPin: "[redacted:pin]", password: "[redacted:password]" },
  ]);
});
