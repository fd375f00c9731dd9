import { expect, test, vi } from "vitest";
import { temporaryFolder } from "../../src/testing/temporary-folder.js";
import { startOpenaiApi } from "../stand-ins/openai-api.js";
import { agentProgram, runAgent, scratchHome } from "../support/agents.js";
import { startServerProcess } from "../support/server-process.js";

const codex = agentProgram("codex");

/** A provider that speaks to the stand-in, as `-c` settings of one run. */
function provider(url: string): string[] {
  const fields = { name: "stand-in", base_url: url, env_key: "STAND_IN_KEY", wire_api: "responses" };
  const table = Object.entries(fields).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const retries = ["request_max_retries=0", "stream_max_retries=0"];
  const standIn = `model_providers.stand-in={${[...table, ...retries].join(",")}}`;
  return ["model_provider=stand-in", "model=gpt-5.5", standIn].flatMap((setting) => ["-c", setting]);
}

test.skipIf(codex === undefined).each([
  { trust: [], how: "whose hooks nobody trusts yet" },
  { trust: ["--dangerously-bypass-hook-trust"], how: "whose hooks are trusted" },
])(
  "Codex, connected, $how, tells its turn, the command and the tokens, each once",
  { timeout: 60_000 },
  async ({ trust }) => {
    using storage = temporaryFolder();
    await using api = await startOpenaiApi();
    const server = await startServerProcess(storage.path);
    using agent = scratchHome(server.url);
    try {
      await agent.cli("connect", "codex");
      const flags = ["--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "--json"];
      const ran = await runAgent(agent, codex!, ["exec", ...flags, ...trust, ...provider(api.url), "RUN_ECHO"], {
        STAND_IN_KEY: "none",
      });
      expect(ran.code).toBe(0);
      const sessionId = /"thread_id":"([^"]+)"/.exec(ran.stdout)![1]!;
      await vi.waitFor(async () => {
        const events = await agent.events(sessionId);
        const data = events.map((event) => event.data);
        const of = (wanted: string) => data.filter(({ type }) => type === wanted);
        expect(of("model_call")).toHaveLength(2);
        expect(of("user_prompt")).toMatchObject([{ text: "RUN_ECHO" }]);
        const { turn } = of("user_prompt")[0]!;
        expect(of("bash_exec")).toMatchObject([{ turn }]);
        expect(of("tool_result")).toMatchObject([{ status: "ok", turn }]);
        expect(of("assistant_message")).toMatchObject([{ text: "All done." }]);
        expect(of("turn_end")).toMatchObject([{ status: "ok", turn }]);
        expect(of("agent_started")).toHaveLength(1);
      }, 15_000);
      expect((await agent.metadata(sessionId)).tokenUsage.output).toBe(80);
    } finally {
      await server.stop();
    }
  },
);
