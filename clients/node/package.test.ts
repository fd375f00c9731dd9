import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../src/server/testing/test-server.js";
import { temporaryFolder, type TemporaryFolder } from "../../src/testing/temporary-folder.js";
import { clientFolder, oldestNode } from "./testing/program.js";

const repository = join(clientFolder, "..", "..");
const bin = join(repository, "node_modules", ".bin");
const node20 = oldestNode();

let folder: TemporaryFolder;
let tarball: string;
/** An empty folder into which the packed tarball was installed. */
let installed: string;

beforeAll(async () => {
  folder = temporaryFolder();
  const source = join(folder.path, "source");
  for (const file of ["package.json", "README.md", "LICENSE"]) cpSync(join(clientFolder, file), join(source, file));
  await run(process.execPath, [join(repository, "scripts", "build-node-client.mjs"), "--here", join(source, "dist")]);
  await npm(source, "pack", "--ignore-scripts", "--silent");
  tarball = join(
    source,
    readdirSync(source).find((name) => name.endsWith(".tgz"))!,
  );
  installed = join(folder.path, "installed");
  mkdirSync(installed);
  await npm(installed, "install", "--offline", "--no-audit", "--no-fund", tarball);
}, 120_000);

afterAll(() => folder.remove());

async function run(command: string, args: string[], cwd = repository, env: Record<string, string> = {}) {
  const PATH = `${dirname(node20)}${delimiter}${bin}${delimiter}${process.env["PATH"] ?? ""}`;
  return promisify(execFile)(command, args, { cwd, env: { ...process.env, PATH, ...env } }).catch(
    (error: Error & { stdout?: string; stderr?: string }) => {
      throw new Error(`${error.message}\n${error.stdout ?? ""}`);
    },
  );
}

/** The oldest Node's own npm. */
function npm(cwd: string, ...args: string[]) {
  return run("npm", args, cwd, { npm_config_update_notifier: "false" });
}

/** Runs a program in the folder that the package was installed into, on the oldest Node. */
async function paste(name: string, source: string, server: TestServer, sessionId = "s1") {
  writeFileSync(join(installed, name), source);
  const env = {
    SESSION_ID: sessionId,
    SESSION_SERVICE_URL: server.url,
    CLAUDE_SESSIONS_SPOOL: join(folder.path, "spool"),
    NODE_OPTIONS: "",
  };
  return run(node20, [name], installed, env);
}

async function actionsOf(server: TestServer, sessionId = "s1"): Promise<Record<string, unknown>[]> {
  const { body } = await server.call("GET", `/api/actions/${sessionId}`);
  return body as Record<string, unknown>[];
}

test("is a package that publint finds nothing wrong with, of few files and without dependencies", async () => {
  await run(join(bin, "publint"), ["run", "--strict", tarball]);
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(clientFolder, "package.json"), "utf8")) as {
    dependencies?: object;
    peerDependencies?: object;
  };
  expect([dependencies, peerDependencies]).toEqual([undefined, undefined]);
  expect(readdirSync(join(installed, "node_modules")).filter((name) => !name.startsWith("."))).toEqual([
    "container-hook-agent",
  ]);
});

test("gives the agent to require, with everything else on it", async () => {
  await using server = await startTestServer();
  const source = `
    const hookAgent = require("container-hook-agent");
    const { HookAgent, HookAgentError } = hookAgent;
    (async () => {
      await hookAgent.logAction({ type: "task_start" });
      console.log(hookAgent instanceof HookAgent, HookAgentError.name, hookAgent.default === hookAgent);
    })();`;
  const { stdout, stderr } = await paste("required.cjs", source, server);
  expect([stdout, stderr]).toEqual(["true HookAgentError true\n", ""]);
  expect(await actionsOf(server)).toMatchObject([{ type: "task_start" }]);
});

test("gives the agent to import, and one and the same however it is loaded", async () => {
  await using server = await startTestServer();
  const source = `
    import { createRequire } from "node:module";
    import hookAgent, { HookAgent } from "container-hook-agent";
    import { SessionCallback } from "container-hook-agent/langgraph";
    import { sessionHooks } from "container-hook-agent/claude-agent-sdk";
    const require = createRequire(import.meta.url);
    await hookAgent.logAction({ type: "task_start" });
    console.log(hookAgent instanceof HookAgent, require("container-hook-agent") === hookAgent);
    console.log(new SessionCallback().name, Array.isArray(sessionHooks().Stop));
    console.log(require("container-hook-agent/langgraph").SessionCallback === SessionCallback);`;
  const { stdout, stderr } = await paste("imported.mjs", source, server);
  expect([stdout, stderr]).toEqual(["true true\nclaude_sessions true\ntrue\n", ""]);
  expect(await actionsOf(server)).toMatchObject([{ type: "task_start" }]);
});

test("has types for import and for require", async () => {
  const uses = `
    async function main(): Promise<void> {
      const receipt = await hookAgent.logAction({ type: "task_start", details: { a: 1 } }, { wait: true });
      const seq: number | undefined = receipt?.seq;
      const goal = await hookAgent.addGoal({ description: "x", priority: "high" });
      const goalId: string | undefined = goal?.goalId;
      const answer: number = await hookAgent.agent("researcher", () => 42);
      // @ts-expect-error -- an action has a type
      await hookAgent.logAction({ details: 1 });
      console.log(seq, goalId, answer);
    }
    void main();`;
  const esm = `import hookAgent, { HookAgent, type HookAgentOptions } from "container-hook-agent";
    import { SessionCallback } from "container-hook-agent/langgraph";
    import { sessionHooks } from "container-hook-agent/claude-agent-sdk";
    const options: HookAgentOptions = { strict: true };
    const callback = new SessionCallback({ agent: new HookAgent(options) });
    const mine = { matcher: "Bash", hooks: [async () => ({})] };
    const hooks = sessionHooks({ hooks: { PreToolUse: [mine] } });
    console.log(callback.name, hooks.PreToolUse.length, hooks.Stop.length);${uses}`;
  const cjs = `import hookAgent = require("container-hook-agent");
    const options: hookAgent.HookAgentOptions = { strict: true };
    console.log(new hookAgent.HookAgent(options) instanceof hookAgent.HookAgent);${uses}`;
  writeFileSync(join(installed, "esm.mts"), esm);
  writeFileSync(join(installed, "cjs.cts"), cjs);
  const types = ["--typeRoots", join(repository, "node_modules", "@types"), "--types", "node"];
  const strict = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--module", "nodenext", "--target", "es2022"];
  expect(await run(join(bin, "tsc"), [...strict, ...types, "esm.mts", "cjs.cts"], installed)).toMatchObject({
    stdout: "",
  });
});

const snippets = [...readFileSync(join(clientFolder, "README.md"), "utf8").matchAll(/```js\n(.*?)```/gs)].map(
  ([, code]) => code!,
);

/** What each snippet of the README prints, and the actions that it leaves in its session. */
const expectations = [
  { stdout: "", actions: ["tool_call"] },
  { stdout: "", actions: ["task_start"] },
  { stdout: "42\n", actions: ["tool_call"] },
  { stdout: "", actions: [] },
  { stdout: "stored as event 2\n", actions: ["deploy"] },
  { stdout: "", actions: ["user_prompt", "step_start", "step_start"] },
  { stdout: "success\n", actions: ["user_prompt", "bash_exec"] },
];

test("has a README whose every snippet is pasted here", () => {
  expect(snippets).toHaveLength(expectations.length);
});

test.each(expectations.map((expectation, number) => ({ number, ...expectation })))(
  "runs the README's snippet $number as it is",
  async ({ number, stdout, actions }) => {
    await using server = await startTestServer();
    provideFrameworks();
    const snippet = snippets[number]!;
    const extension = snippet.includes("require(") ? "cjs" : "mjs";
    const ended = await paste(`snippet-${number}.${extension}`, snippet, server, `snippet-${number}`);
    expect([ended.stdout, ended.stderr]).toEqual([stdout, ""]);
    const stored = await actionsOf(server, `snippet-${number}`);
    expect(stored.map(({ type }) => type)).toEqual(actions);
  },
);

/** What the adapters' snippets import besides: LangGraph itself, and a stand-in that calls hooks as the SDK does. */
function provideFrameworks(): void {
  const modules = join(installed, "node_modules");
  const sdk = join(modules, "@anthropic-ai", "claude-agent-sdk");
  mkdirSync(sdk, { recursive: true });
  const capture = join(repository, "test", "fixtures", "captures", "agent-sdk", "hook-callback-inputs.json");
  writeFileSync(join(sdk, "package.json"), JSON.stringify({ name: "sdk", type: "module", main: "index.js" }));
  writeFileSync(
    join(sdk, "index.js"),
    `import { readFileSync } from "node:fs";
    const inputs = JSON.parse(readFileSync(${JSON.stringify(capture)}, "utf8")).slice(0, 4);
    export async function* query({ options: { hooks } }) {
      const { signal } = new AbortController();
      for (const input of inputs)
        for (const { hooks: callbacks } of hooks[input.hook_event_name] ?? [])
          for (const callback of callbacks) await callback(input, input.tool_use_id, { signal });
      yield { type: "result", subtype: "success" };
    }`,
  );
  try {
    symlinkSync(join(repository, "node_modules", "@langchain"), join(modules, "@langchain"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
