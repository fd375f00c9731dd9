import { expect, test } from "vitest";
import { startAnthropicApi } from "../stand-ins/anthropic-api.js";
import { startFailingServer, stoppedServer } from "../stand-ins/failing-server.js";
import { agentProgram, runAgent, scratchHome, type Ran } from "../support/agents.js";

const claude = agentProgram("claude");

/** Far more than a busy machine adds; a hook that waits a second for a server that hangs adds it nine times over. */
const noticeableMs = 4_000;

async function runOnce(api: string, server: string | undefined): Promise<Ran> {
  using agent = scratchHome(server ?? "http://127.0.0.1:9");
  if (server !== undefined) await agent.cli("connect", "claude-code", "--no-test");
  return await runAgent(agent, claude!, ["-p", "RUN_ECHO", "--allowedTools", "Bash(echo *)"], {
    ANTHROPIC_BASE_URL: api,
    ANTHROPIC_API_KEY: "none",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
  });
}

/** The faster of two: what else the machine does is no fault of the agent's. */
async function run(api: string, server: string | undefined): Promise<Ran> {
  const [first, second] = [await runOnce(api, server), await runOnce(api, server)];
  return first.milliseconds < second.milliseconds ? first : second;
}

test.skipIf(claude === undefined).each(["stopped", "hangs", "answers 500"] as const)(
  "Claude Code says the same in the same time where the server is in trouble: %s",
  { timeout: 90_000 },
  async (trouble) => {
    await using api = await startAnthropicApi();
    await using failing = trouble === "stopped" ? undefined : await startFailingServer(trouble);
    const alone = await run(api.url, undefined);
    const connected = await run(api.url, failing?.url ?? (await stoppedServer()));
    expect(alone).toMatchObject({ code: 0, stdout: "All done.", stderr: "" });
    expect(connected).toMatchObject({ code: alone.code, stdout: alone.stdout, stderr: alone.stderr });
    expect(connected.milliseconds).toBeLessThan(alone.milliseconds + noticeableMs);
  },
);
