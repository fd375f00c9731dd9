import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import type { SessionEvent } from "../../src/core/event.js";
import { temporaryFolder } from "../../src/testing/temporary-folder.js";
import { startAnthropicApi, standInUsage, type StandIn } from "../stand-ins/anthropic-api.js";
import { agentProgram, runAgent, scratchHome, type Ran, type ScratchHome } from "../support/agents.js";
import { startServerProcess, type ServerProcess } from "../support/server-process.js";

const claude = agentProgram("claude");
const allowed = ["--allowedTools", "Bash(echo *)", "Bash(exit *)", "Bash(node *)", "Write", "Agent", "Task"];

let api: StandIn;
let server: ServerProcess;
let storage: ReturnType<typeof temporaryFolder>;
let agent: ScratchHome;

beforeAll(async () => {
  if (claude === undefined) return;
  storage = temporaryFolder();
  [api, server] = await Promise.all([startAnthropicApi(), startServerProcess(storage.path)]);
  agent = scratchHome(server.url);
  await agent.cli("connect", "claude-code");
}, 60_000);

afterAll(async () => {
  agent?.[Symbol.dispose]();
  await api?.[Symbol.asyncDispose]();
  await server?.stop();
  storage?.remove();
});

function apiEnv(): Record<string, string> {
  return {
    ANTHROPIC_BASE_URL: api.url,
    ANTHROPIC_API_KEY: "none",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
  };
}

function run(prompt: string, ...args: string[]): Promise<Ran> {
  return runAgent(agent, claude!, ["-p", prompt, ...args, ...allowed], apiEnv());
}

/** Runs a prompt in a session of its own and resolves to its events once it is finalized. */
async function told(
  prompt: string,
  ...args: string[]
): Promise<{ sessionId: string; events: SessionEvent[]; ran: Ran }> {
  const sessionId = randomUUID();
  const ran = await run(prompt, "--session-id", sessionId, ...args);
  return { sessionId, ran, events: await finalized(sessionId) };
}

async function finalized(sessionId: string): Promise<SessionEvent[]> {
  return vi.waitFor(
    async () => {
      const events = await agent.events(sessionId);
      expect(types(events)).toContain("session_finalized");
      return events;
    },
    { timeout: 10_000, interval: 100 },
  );
}

function types(events: readonly SessionEvent[]): string[] {
  return events.map(({ type, data }) => (type === "action" || type === "response" ? String(data["type"]) : type));
}

function records(events: readonly SessionEvent[], ...wanted: string[]) {
  return events.map(({ data }) => data).filter(({ type }) => wanted.includes(String(type)));
}

describe.skipIf(claude === undefined)("Claude Code, connected", { timeout: 60_000 }, () => {
  test("tells a prompt, its tool call, the result and the answer", async () => {
    const { events, ran, sessionId } = await told("RUN_ECHO");
    expect(ran).toMatchObject({ code: 0, stdout: "All done.\n", stderr: "" });
    expect(records(events, "user_prompt")).toMatchObject([{ text: "RUN_ECHO", from: "person" }]);
    const [call] = records(events, "bash_exec");
    expect(call).toMatchObject({ tool: "Bash", input: { command: "echo hi" } });
    expect(records(events, "tool_result")).toMatchObject([{ toolCallId: call!["toolCallId"], status: "ok" }]);
    const story = types(events).filter((type) =>
      ["user_prompt", "bash_exec", "tool_result", "turn_end", "session_finalized"].includes(type),
    );
    expect(story).toEqual(["user_prompt", "bash_exec", "tool_result", "turn_end", "session_finalized"]);
    const { metrics, status } = await agent.metadata(sessionId);
    expect({ bash: metrics.bashCommands, status }).toEqual({ bash: 1, status: "completed" });
  });

  test("tells nothing twice, though hooks and telemetry both tell of it, and nothing of either's own", async () => {
    const { events } = await told("RUN_ECHO");
    expect(records(events, "user_prompt")).toHaveLength(1);
    expect(records(events, "assistant_message").map(({ text }) => text)).toEqual(["I run a command.", "All done."]);
    expect(records(events, "agent_started")).toHaveLength(1);
    expect(records(events, "tool_result")).toMatchObject([{ status: "ok", result: { stdout: "hi" } }]);
    expect(records(events, "turn_end")).toMatchObject([{ status: "ok" }]);
    expect(JSON.stringify(events)).not.toContain("REDACTED");
    expect(records(events, "agent_event").filter(({ name }) => String(name).startsWith("hook_"))).toEqual([]);
  });

  test("counts the tokens of each model call once", async () => {
    const { events, sessionId } = await told("RUN_ECHO");
    const calls = records(events, "model_call");
    expect(calls).toHaveLength(2);
    expect(calls[0]).toMatchObject({
      tokens: { input: standInUsage.input_tokens, output: standInUsage.output_tokens },
    });
    const { tokenUsage } = await agent.metadata(sessionId);
    expect(tokenUsage.output).toBe(2 * standInUsage.output_tokens);
  });

  test("tells two calls of one answer, each with its result", async () => {
    const { events } = await told("RUN_PAIR");
    const calls = records(events, "bash_exec").map(({ toolCallId }) => toolCallId);
    const results = records(events, "tool_result").map(({ toolCallId }) => toolCallId);
    expect(calls).toHaveLength(2);
    expect(results.sort()).toEqual(calls.sort());
  });

  test("tells why a tool failed", async () => {
    const { events } = await told("RUN_FAILING");
    const [result] = records(events, "tool_result");
    expect(result).toMatchObject({ status: "error", error: { message: expect.stringContaining("3") as string } });
  });

  test("tells a call that no rule allowed as denied", async () => {
    const { events } = await told("RUN_FORBIDDEN");
    expect(records(events, "tool_result")).toMatchObject([{ status: "denied" }]);
  });

  test("tells a subagent that is waited for, with what it did", async () => {
    const { events, sessionId } = await told("ASK_SUBAGENT");
    const { agents } = await agent.state(sessionId);
    expect(agents).toMatchObject([{ type: "general-purpose", status: "completed" }]);
    const own = records(events, "bash_exec").find(({ agentId }) => agentId === agents[0]!.agentId);
    expect(own).toMatchObject({ input: { command: "echo from the subagent" } });
    expect(records(events, "task_spawn")).toHaveLength(1);
  });

  test("tells a background subagent to its end, also past the Stop", async () => {
    const { events, sessionId } = await told("ASK_BACKGROUND");
    const { agents } = await agent.state(sessionId);
    expect(agents).toMatchObject([{ type: "general-purpose", status: "completed" }]);
    expect(records(events, "bash_exec")).toMatchObject([{ agentId: agents[0]!.agentId }]);
  });

  test("tells a refusal of the API as the turn's error", async () => {
    const { sessionId } = await told("API_ERROR");
    // Claude Code does not wait for this hook: the session's end may overtake it, and is corrected then.
    await vi.waitFor(async () => {
      expect(records(await agent.events(sessionId), "turn_end").at(-1)).toMatchObject({ status: "error" });
      expect(await agent.metadata(sessionId)).toMatchObject({ status: "failed" });
    }, 10_000);
  });

  test("goes on in the same session when it is resumed", async () => {
    const { sessionId } = await told("RUN_ECHO");
    await run("RUN_PAIR", "--resume", sessionId);
    const events = await vi.waitFor(async () => {
      const now = await agent.events(sessionId);
      expect(types(now).filter((type) => type === "turn_end")).toHaveLength(2);
      return now;
    }, 10_000);
    expect(records(events, "user_prompt").map(({ text }) => text)).toEqual(["RUN_ECHO", "RUN_PAIR"]);
  });

  test("links a fork to the session that it came from", async () => {
    // In a folder of its own: which of several sessions that ended there just now it came from, no hook says.
    const project = join(agent.project, "forked");
    mkdirSync(project);
    const runThere = (...argv: string[]) =>
      runAgent({ ...agent, project }, claude!, ["-p", ...argv, ...allowed], apiEnv());
    const [sessionId, fork] = [randomUUID(), randomUUID()];
    await runThere("RUN_ECHO", "--session-id", sessionId);
    await finalized(sessionId);
    await runThere("RUN_PAIR", "--resume", sessionId, "--fork-session", "--session-id", fork);
    await finalized(fork);
    expect(await agent.metadata(fork)).toMatchObject({ parentSession: sessionId });
  });

  test("closes what ran when SIGTERM ends it", async () => {
    const { sessionId, child } = await sleeping();
    child.kill("SIGTERM");
    await child;
    const events = await finalized(sessionId);
    expect(records(events, "tool_result").map(({ status }) => status)).toEqual(["interrupted"]);
  });

  test("is lost, and no longer active, when SIGKILL ends it", async () => {
    const { sessionId, child } = await sleeping();
    child.kill("SIGKILL");
    await child;
    await vi.waitFor(async () => {
      expect(await agent.metadata(sessionId)).toMatchObject({ liveness: { status: "lost" } });
    }, 30_000);
    expect(records(await agent.events(sessionId), "tool_result")).toMatchObject([{ status: "lost" }]);
  });
});

/** A session whose tool runs for a minute. */
async function sleeping() {
  const sessionId = randomUUID();
  const child = execa(claude!, ["-p", "RUN_SLEEP", "--session-id", sessionId, ...allowed], {
    cwd: agent.project,
    env: { ...agent.env, ...apiEnv() },
    extendEnv: false,
    stdin: "ignore",
    reject: false,
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await vi.waitFor(async () => expect(types(await agent.events(sessionId))).toContain("bash_exec"), 20_000);
  return { sessionId, child };
}
