import { describe, expect, test } from "vitest";
import { startAnthropicApi } from "../stand-ins/anthropic-api.js";
import { startFailingServer, stoppedServer } from "../stand-ins/failing-server.js";
import { agentProgram, runAgent, scratchHome, type Ran } from "../support/agents.js";

const claude = agentProgram("claude");

/** A hook that waits for a server that hangs, if only for a second, adds it nine times over. */
const noticeableMs = 2_000;
/** What else the machine does is no fault of the agent's: the fastest of so many runs, one in turn with the other. */
const mostRounds = 5;

interface Case {
  prompt: "RUN_ECHO" | "RUN_FORBIDDEN";
  /** Words behind `connect claude-code`; undefined where nothing is connected. */
  connect: string[] | undefined;
}

async function runOnce(api: string, server: string, { prompt, connect }: Case): Promise<Ran> {
  using agent = scratchHome(server);
  if (connect !== undefined) await agent.cli("connect", "claude-code", "--no-test", ...connect);
  return await runAgent(agent, claude!, ["-p", prompt, "--allowedTools", "Bash(echo *)"], {
    ANTHROPIC_BASE_URL: api,
    ANTHROPIC_API_KEY: "none",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
  });
}

interface Compared {
  alone: Ran[];
  connected: Ran[];
  /** How much longer the fastest run took where it was connected. */
  extraMs: number;
}

/** Runs both in turn until it is clear that being connected is not noticed, or it is clear that it is. */
async function compare(api: string, server: string, one: Case): Promise<Compared> {
  const compared: Compared = { alone: [], connected: [], extraMs: Number.POSITIVE_INFINITY };
  const { alone, connected } = compared;
  while (alone.length < mostRounds && compared.extraMs > noticeableMs) {
    alone.push(await runOnce(api, server, { ...one, connect: undefined }));
    connected.push(await runOnce(api, server, one));
    compared.extraMs = fastest(connected) - fastest(alone);
  }
  return compared;
}

function fastest(runs: readonly Ran[]): number {
  return Math.min(...runs.map(({ milliseconds }) => milliseconds));
}

describe.skipIf(claude === undefined).each(["stopped", "hangs", "answers 500"] as const)(
  "Claude Code, where the server is in trouble (%s),",
  { timeout: 90_000 },
  (trouble) => {
    test.each([
      { prompt: "RUN_ECHO", connect: [], how: "connected" },
      { prompt: "RUN_ECHO", connect: ["--approvals"], how: "connected with --approvals" },
      { prompt: "RUN_FORBIDDEN", connect: ["--approvals"], how: "connected with --approvals, and asking for one," },
    ] as const)("$how says the same in the same time: $prompt", async ({ prompt, connect }) => {
      await using api = await startAnthropicApi();
      await using failing = trouble === "stopped" ? undefined : await startFailingServer(trouble);
      const url = failing?.url ?? (await stoppedServer());
      const { alone, connected, extraMs } = await compare(api.url, url, { prompt, connect: [...connect] });
      for (const { code, stdout, stderr } of [...alone, ...connected]) {
        expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "All done.", stderr: "" });
      }
      expect(extraMs).toBeLessThan(noticeableMs);
    });
  },
);
