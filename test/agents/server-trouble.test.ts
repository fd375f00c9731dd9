import { describe, expect, test } from "vitest";
import { startAnthropicApi } from "../stand-ins/anthropic-api.js";
import { startFailingServer, stoppedServer } from "../stand-ins/failing-server.js";
import { agentProgram, runAgent, scratchHome, type Ran } from "../support/agents.js";

const claude = agentProgram("claude");

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

describe.skipIf(claude === undefined).each(["stopped", "hangs", "answers 500"] as const)(
  "Claude Code, where the server is in trouble (%s),",
  { timeout: 90_000 },
  (trouble) => {
    test.each([
      { prompt: "RUN_ECHO", connect: [], how: "connected" },
      { prompt: "RUN_ECHO", connect: ["--approvals"], how: "connected with --approvals" },
      { prompt: "RUN_FORBIDDEN", connect: ["--approvals"], how: "connected with --approvals, and asking for one," },
    ] as const)("$how says the same to the byte: $prompt", async ({ prompt, connect }) => {
      await using api = await startAnthropicApi();
      await using failing = trouble === "stopped" ? undefined : await startFailingServer(trouble);
      const url = failing?.url ?? (await stoppedServer());
      const alone = await runOnce(api.url, url, { prompt, connect: undefined });
      const connected = await runOnce(api.url, url, { prompt, connect: [...connect] });
      expect(connected).toEqual(alone);
      expect(alone).toEqual({ code: 0, stdout: "All done.\n", stderr: "" });
    });
  },
);
