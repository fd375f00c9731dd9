import { describe, expect, test } from "vitest";
import { startAnthropicApi } from "../stand-ins/anthropic-api.js";
import { startFailingServer, stoppedServer } from "../stand-ins/failing-server.js";
import { agentProgram, runAgent, scratchHome, type Ran } from "../support/agents.js";

const claude = agentProgram("claude");

/** Far more than a busy machine adds; a hook that waits a second for a server that hangs adds it nine times over. */
const noticeableMs = 4_000;

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

/** The faster of two: what else the machine does is no fault of the agent's. */
async function run(api: string, server: string, one: Case): Promise<Ran> {
  const [first, second] = [await runOnce(api, server, one), await runOnce(api, server, one)];
  return first.milliseconds < second.milliseconds ? first : second;
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
      const alone = await run(api.url, url, { prompt, connect: undefined });
      const connected = await run(api.url, url, { prompt, connect: [...connect] });
      expect(alone).toMatchObject({ code: 0, stdout: "All done.", stderr: "" });
      expect(connected).toMatchObject({ code: alone.code, stdout: alone.stdout, stderr: alone.stderr });
      expect(connected.milliseconds).toBeLessThan(alone.milliseconds + noticeableMs);
    });
  },
);
