import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { temporaryFolder } from "../../src/testing/temporary-folder.js";
import { startGeminiApi } from "../stand-ins/gemini-api.js";
import { agentProgram, runAgent, scratchHome } from "../support/agents.js";
import { startServerProcess } from "../support/server-process.js";

const gemini = agentProgram("gemini");

const settings = {
  security: { auth: { selectedType: "gemini-api-key" }, folderTrust: { enabled: false } },
  general: { enableAutoUpdate: false },
  privacy: { usageStatisticsEnabled: false },
};

test.skipIf(gemini === undefined)(
  "Gemini CLI, connected, tells its turn, the command and the tokens",
  { timeout: 60_000 },
  async () => {
    using storage = temporaryFolder();
    await using api = await startGeminiApi();
    const server = await startServerProcess(storage.path);
    using agent = scratchHome(server.url);
    try {
      mkdirSync(join(agent.home, ".gemini"));
      writeFileSync(join(agent.home, ".gemini", "settings.json"), JSON.stringify(settings));
      await agent.cli("connect", "gemini");
      const ran = await runAgent(agent, gemini!, ["-p", "RUN_ECHO", "--yolo"], {
        GEMINI_API_KEY: "none",
        GOOGLE_GEMINI_BASE_URL: api.url,
      });
      expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining("All done.") as string });
      await vi.waitFor(async () => {
        const [session] = JSON.parse(await agent.cli("query", "recent", "--json")) as {
          sessionId: string;
          status: string;
        }[];
        expect(session).toMatchObject({ status: "completed" });
        const data = (await agent.events(session!.sessionId)).map((event) => event.data);
        const of = (wanted: string) => data.filter(({ type }) => type === wanted);
        expect(of("model_call").length).toBeGreaterThan(0);
        expect(of("user_prompt")).toMatchObject([{ text: "RUN_ECHO" }]);
        expect(of("bash_exec")).toMatchObject([{ tool: "run_shell_command" }]);
        const [{ toolCallId, turn } = {}] = of("bash_exec");
        expect(of("tool_result")).toMatchObject([{ toolCallId, status: "ok" }]);
        expect(of("agent_started")).toHaveLength(1);
        expect(new Set(of("model_call").map((call) => call["turn"]))).toEqual(new Set([turn]));
      }, 15_000);
    } finally {
      await server.stop();
    }
  },
);
