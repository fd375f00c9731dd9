import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { temporaryFolder } from "../../src/testing/temporary-folder.js";
import { startAnthropicApi } from "../stand-ins/anthropic-api.js";
import { agentProgram, runAgent, scratchHome } from "../support/agents.js";
import { startServerProcess } from "../support/server-process.js";

const claude = agentProgram("claude");
const root = fileURLToPath(new URL("../..", import.meta.url));

test.skipIf(claude === undefined)(
  "Claude Code with the plugin installed, and nothing connected, tells its session",
  { timeout: 60_000 },
  async () => {
    using storage = temporaryFolder();
    await using api = await startAnthropicApi();
    const server = await startServerProcess(storage.path);
    // The plugin's own setting says which server.
    using agent = scratchHome("http://127.0.0.1:9");
    const { env } = agent;
    delete env["SESSION_SERVICE_URL"];
    const extra = {
      ANTHROPIC_BASE_URL: api.url,
      ANTHROPIC_API_KEY: "none",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_AUTOUPDATER: "1",
    };
    try {
      const words = ["plugin", "install", "session-monitor", "--marketplace", root];
      const installed = await runAgent(agent, claude!, [...words, "--config", `server_url=${server.url}`], extra);
      expect(installed).toMatchObject({ code: 0, stderr: "" });
      const sessionId = randomUUID();
      const argv = ["-p", "RUN_ECHO", "--session-id", sessionId, "--allowedTools", "Bash(echo *)"];
      expect(await runAgent(agent, claude!, argv, extra)).toMatchObject({ code: 0, stdout: "All done.\n", stderr: "" });
      env["SESSION_SERVICE_URL"] = server.url;
      await vi.waitFor(
        async () => {
          const types = (await agent.events(sessionId)).map(({ type, data }) => data["type"] ?? type);
          const wanted = ["agent_started", "user_prompt", "bash_exec", "tool_result", "turn_end", "session_finalized"];
          expect(types.filter((type) => wanted.includes(String(type)))).toEqual(wanted);
        },
        { timeout: 10_000, interval: 100 },
      );
    } finally {
      await server.stop();
    }
  },
);
