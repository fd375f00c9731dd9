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

test.skipIf(codex === undefined)(
  "Codex, connected, tells its turn, the command and the tokens",
  { timeout: 60_000 },
  async () => {
    using storage = temporaryFolder();
    await using api = await startOpenaiApi();
    const server = await startServerProcess(storage.path);
    using agent = scratchHome(server.url);
    try {
      await agent.cli("connect", "codex");
      const flags = ["--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "--json"];
      const ran = await runAgent(agent, codex!, ["exec", ...flags, ...provider(api.url), "RUN_ECHO"], {
        STAND_IN_KEY: "none",
      });
      expect(ran.code).toBe(0);
      const sessionId = /"thread_id":"([^"]+)"/.exec(ran.stdout)![1]!;
      await vi.waitFor(async () => {
        const events = await agent.events(sessionId);
        const data = events.map((event) => event.data);
        expect(data).toContainEqual(expect.objectContaining({ type: "user_prompt", text: "RUN_ECHO" }));
        expect(data).toContainEqual(expect.objectContaining({ type: "bash_exec" }));
        expect(data).toContainEqual(expect.objectContaining({ type: "tool_result", status: "ok" }));
        expect(data).toContainEqual(expect.objectContaining({ type: "turn_end", status: "ok" }));
        expect(data.filter(({ type }) => type === "model_call")).toHaveLength(2);
      }, 15_000);
      expect((await agent.metadata(sessionId)).tokenUsage.output).toBe(80);
    } finally {
      await server.stop();
    }
  },
);
