import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { SessionEvent } from "../../src/core/event.js";
import { startTestServer, type TestServer } from "../../src/server/testing/test-server.js";
import { HookAgent } from "./src/agent.js";
import { sessionHooks } from "./src/claude-agent-sdk.js";

type Input = Record<string, unknown>;

const captured = JSON.parse(
  readFileSync(new URL("../../test/fixtures/captures/agent-sdk/hook-callback-inputs.json", import.meta.url), "utf8"),
) as Input[];

const signal = new AbortController().signal;

async function observe(server: TestServer, inputs: readonly unknown[]): Promise<SessionEvent[]> {
  const agent = new HookAgent({ sessionId: "s1", url: server.url, spool: false, heartbeatMs: 0, onWarning: fail });
  const hooks = sessionHooks({ agent });
  for (const input of inputs) {
    const name = (input as Input)["hook_event_name"] as "Stop";
    for (const { hooks: callbacks } of hooks[name]) {
      for (const callback of callbacks) expect(await callback(input, undefined, { signal })).toEqual({});
    }
  }
  await agent.close();
  return (await server.call("GET", "/api/sessions/s1/events?after=1")).body;
}

function fail(line: string): void {
  throw new Error(line);
}

test("tells what the SDK's hooks were called with, as the story of two turns", async () => {
  await using server = await startTestServer();
  const events = await observe(server, captured);
  const told = events.filter(({ type }) => type === "action" || type === "response");
  expect(told.map(({ eventId, data }) => [data["type"], /^[a-z-]+:/.test(eventId) ? eventId : ""])).toEqual([
    ["user_prompt", "prompt:ea054fad-77dc-4500-80ed-b1d497a79183"],
    ["bash_exec", "tool:toolu_fake_0025"],
    ["tool_result", "tool-result:toolu_fake_0025"],
    ["assistant_message", ""],
    ["turn_end", ""],
    ["user_prompt", "prompt:84ec65cb-ba87-4249-8797-6810f51a08ca"],
    ["assistant_message", ""],
    ["turn_end", ""],
  ]);
  expect(told[1]!.data).toMatchObject({ tool: "Bash", input: { command: "echo hi" }, source: "claude-code" });
  expect(told[2]!.data).toMatchObject({ status: "ok", durationMs: 93, turn: told[0]!.data["turn"] });
  expect((await server.call("GET", "/api/state/s1")).body).toMatchObject({ workspace: { cwd: "/home/user/proj" } });
});

test("does not end or retag the program's session where a conversation ends", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/sessions", { sessionId: "s1", tags: ["nightly"] });
  const start = { session_id: "c1", hook_event_name: "SessionStart", source: "startup" };
  await observe(server, [start, { session_id: "c1", hook_event_name: "SessionEnd", reason: "other" }]);
  const { metadata } = (await server.call("GET", "/api/sessions/s1")).body;
  expect(metadata).toMatchObject({ status: "active", tags: ["nightly"] });
});

test("keeps conversations that run side by side apart", async () => {
  await using server = await startTestServer();
  const events = await observe(server, [
    { session_id: "c1", prompt_id: "p1", hook_event_name: "UserPromptSubmit", prompt: "one" },
    { session_id: "c2", prompt_id: "p2", hook_event_name: "UserPromptSubmit", prompt: "two" },
    { session_id: "c1", hook_event_name: "PreToolUse", tool_use_id: "t1", tool_name: "Read", tool_input: {} },
  ]);
  const call = events.find(({ data }) => data["type"] === "tool_call");
  expect(call?.data).toMatchObject({ turn: "p1" });
});

test("keeps what it cannot read, and answers all the same", async () => {
  await using server = await startTestServer();
  const events = await observe(server, [{ hook_event_name: "Setup", odd: { a: 1 } }]);
  expect(events.map(({ data }) => data)).toContainEqual(
    expect.objectContaining({ type: "agent_event", name: "Setup", extra: { odd: { a: 1 } } }),
  );
});

test("keeps the program's own hooks beside its own", async () => {
  const mine = { matcher: "Bash", hooks: [async () => ({ decision: "block" as const })] };
  const hooks = sessionHooks({
    agent: new HookAgent({ env: {} }),
    hooks: { PreToolUse: [mine], WorktreeCreate: [mine] },
  });
  expect(hooks.PreToolUse).toHaveLength(2);
  expect(hooks.PreToolUse[0]).toBe(mine);
  expect(hooks.WorktreeCreate).toEqual([mine]);
});
