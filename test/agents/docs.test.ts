import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../src/testing/temporary-folder.js";
import { agentProgram, runAgent, scratchHome, type ScratchHome } from "../support/agents.js";
import { startServerProcess, type ServerProcess } from "../support/server-process.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const launcher = fileURLToPath(new URL("../../bin/claude-sessions.js", import.meta.url));
const pages = fileURLToPath(new URL("../../docs/agents/", import.meta.url));
const claude = agentProgram("claude");

/** The lines that a page tells a person to type, without comments and without those that go on for ever. */
function typed(page: string): string[] {
  const text = readFileSync(pages + page, "utf8");
  return [...text.matchAll(/^```sh\n(.*?)^```$/gms)]
    .flatMap(([, block]) => block!.split("\n"))
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line !== "" && !/ serve| --watch/.test(line));
}

let storage: ReturnType<typeof temporaryFolder>;
let server: ServerProcess;

beforeAll(async () => {
  storage = temporaryFolder();
  server = await startServerProcess(storage.path);
});

afterAll(async () => {
  await server.stop();
  storage.remove();
});

function run(agent: ScratchHome, line: string) {
  const [program, ...words] = line.split(" ");
  if (program === "claude") {
    const argv = words.map((word) => (word === "." ? root : word.replace("http://localhost:9000", server.url)));
    return runAgent(agent, claude!, argv, { CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1", DISABLE_AUTOUPDATER: "1" });
  }
  const options = { env: agent.env, extendEnv: false, cwd: agent.project, reject: false } as const;
  const argv = program === "npx" ? words.slice(1) : words;
  return execa("node", [launcher, ...argv.map((word) => word.replace(/^~/, agent.home))], options);
}

describe.each(readdirSync(pages))("docs/agents/%s", (page) => {
  test("has commands", () => {
    expect(typed(page).length).toBeGreaterThan(0);
  });

  test.each(typed(page))("%s", async (line) => {
    using agent = scratchHome(server.url);
    // As Claude Code leaves it behind.
    mkdirSync(join(agent.home, ".claude", "projects"), { recursive: true });
    if (line.startsWith("claude ") && claude === undefined) return;
    const { stdout, stderr, ...rest } = await run(agent, line);
    expect({ code: "exitCode" in rest ? rest.exitCode : rest.code, stdout, stderr }).toMatchObject({
      code: 0,
      stderr: "",
    });
  });
});
