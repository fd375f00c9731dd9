import { randomUUID } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { temporaryFolder } from "../../src/testing/temporary-folder.js";
import { startAnthropicApi, type StandIn } from "../stand-ins/anthropic-api.js";
import { agentProgram, runAgent, scratchHome, type Ran, type ScratchHome } from "../support/agents.js";
import { startServerProcess, type ServerProcess } from "../support/server-process.js";

const claude = agentProgram("claude");

let api: StandIn;
let server: ServerProcess;
let storage: ReturnType<typeof temporaryFolder>;
let agent: ScratchHome;

beforeAll(async () => {
  if (claude === undefined) return;
  storage = temporaryFolder();
  [api, server] = await Promise.all([startAnthropicApi(), startServerProcess(storage.path)]);
  agent = scratchHome(server.url);
}, 60_000);

afterAll(async () => {
  agent?.[Symbol.dispose]();
  await api?.[Symbol.asyncDispose]();
  await server?.stop();
  storage?.remove();
});

/** Runs a prompt whose command no rule allows; `meanwhile` happens while the agent waits for an answer. */
async function ask(meanwhile: (sessionId: string) => Promise<unknown>) {
  const sessionId = randomUUID();
  rmSync(join(agent.project, "forbidden"), { force: true });
  const argv = ["-p", "RUN_FORBIDDEN", "--session-id", sessionId, "--output-format", "stream-json", "--verbose"];
  const running = runAgent(agent, claude!, argv, {
    ANTHROPIC_BASE_URL: api.url,
    ANTHROPIC_API_KEY: "none",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
  });
  const [ran] = await Promise.all([running, meanwhile(sessionId)]);
  expect(ran.code).toBe(0);
  return { ran, told: toldTheModel(ran), sessionId, results: await results(sessionId) };
}

/** What the model was told of its tool call. */
function toldTheModel({ stdout }: Ran): unknown {
  const messages = stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { type: string; message?: { content: { type: string; content: unknown }[] } });
  const blocks = messages.filter(({ type }) => type === "user").flatMap(({ message }) => message!.content);
  return blocks.find(({ type }) => type === "tool_result")?.content;
}

function results(sessionId: string) {
  return vi.waitFor(
    async () => {
      const events = await agent.events(sessionId);
      expect(events.map(({ type }) => type)).toContain("session_finalized");
      return events
        .map(({ data }) => data)
        .filter(({ type }) => type === "tool_result" || type === "wait_started" || type === "wait_ended");
    },
    { timeout: 10_000, interval: 100 },
  );
}

/** Answers from the command line as soon as the session asks. */
function answer(...words: string[]) {
  return async (sessionId: string) => {
    await vi.waitFor(
      async () => {
        const { approvals } = (await (await fetch(`${server.url}/api/approvals?session=${sessionId}`)).json()) as {
          approvals: unknown[];
        };
        expect(approvals).toHaveLength(1);
      },
      { timeout: 20_000, interval: 50 },
    );
    await agent.cli(words[0]!, sessionId, ...words.slice(1));
  };
}

describe.skipIf(claude === undefined)("Claude Code, connected with --approvals", { timeout: 60_000 }, () => {
  test("runs what a person allows from the command line", async () => {
    await agent.cli("connect", "claude-code", "--approvals");
    const { results } = await ask(answer("approve"));
    expect(existsSync(join(agent.project, "forbidden"))).toBe(true);
    expect(results).toMatchObject([
      { type: "wait_started", kind: "permission", input: { command: "touch forbidden" } },
      { type: "wait_ended", outcome: "allowed" },
      { type: "tool_result", status: "ok" },
    ]);
    expect(results[0]!["toolCallId"]).toBe(results[2]!["toolCallId"]);
  });

  test("tells the model why a person denies", async () => {
    await agent.cli("connect", "claude-code", "--approvals");
    const { told, results } = await ask(answer("deny", "--reason", "not on a Friday"));
    expect(existsSync(join(agent.project, "forbidden"))).toBe(false);
    expect(JSON.stringify(told)).toContain("not on a Friday");
    expect(results).toMatchObject([
      { type: "wait_started", kind: "permission" },
      { type: "wait_ended", outcome: "denied", reason: "not on a Friday" },
      { type: "tool_result", status: "denied" },
    ]);
  });

  test("does as it does without where nobody answers", async () => {
    await agent.cli("connect", "claude-code", "--approvals", "1");
    const waited = await ask(async () => {});
    await agent.cli("connect", "claude-code");
    const without = await ask(async () => {});
    expect(waited.told).toEqual(without.told);
    expect(waited.ran.stderr).toBe(without.ran.stderr);
    expect(waited.results).toContainEqual(expect.objectContaining({ type: "tool_result", status: "denied" }));
    expect(without.results).toContainEqual(expect.objectContaining({ type: "tool_result", status: "denied" }));
  });
});
