import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test as base } from "vitest";
import {
  captureFolder,
  configWith,
  eventsIn,
  sessionOfCapture,
  transcriptNow,
} from "../server/testing/transcript-fixture.js";
import { startTestServer } from "../server/testing/test-server.js";
import { answerLine, costLine, promptLine, systemLine, text, use } from "../server/testing/transcript-lines.js";
import { type Folder, freshFolder, runCli, type RunOptions } from "./cli-fixture.js";

const test = base.extend<Folder>(freshFolder);
const now = () => transcriptNow;
const printed = new URL("../../test/fixtures/captures/claude-code/print-json/", import.meta.url);

function importFrom(config: string, url: string, more: string[] = [], options: RunOptions = {}) {
  return runCli(["import", "claude-code", "--config-dir", config, "--url", url, ...more], { now, ...options });
}

function write(config: string, session: string, lines: { line: unknown }[], project = "-work"): string {
  const folder = join(config, "projects", project);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${session}.jsonl`);
  writeFileSync(path, lines.map(({ line }) => `${JSON.stringify(line)}\n`).join(""));
  return path;
}

const turn = (second: number, id: string) => [
  promptLine(second, id, `ask ${id}`),
  answerLine(second + 1, [text(`answer ${id}`)], { stop: "end_turn" }),
  systemLine(second + 2, "turn_duration"),
];

test.for([
  "bash-fails",
  "permission-denied-headless",
  "subagent-background",
  "subagent-foreground",
  "api-error-StopFailure",
])("has the tokens and the cost of %s as Claude Code printed them", async (name, { folder }) => {
  await using server = await startTestServer({ now });
  await importFrom(configWith(folder, name), server.url);
  const { metadata } = (await server.store.readSession(sessionOfCapture(name)))!;
  const own = JSON.parse(readFileSync(new URL(`${name}.json`, printed), "utf8")) as {
    total_cost_usd: number;
    modelUsage: Record<string, Record<string, number>>;
  };
  const sum = (key: string) => Object.values(own.modelUsage).reduce((total, usage) => total + usage[key]!, 0);
  const {
    input,
    output,
    cacheRead = 0,
    cacheWrite5m = 0,
    cacheWrite1h = 0,
  } = metadata.tokenUsage as Record<string, number>;
  expect([input, output, cacheRead, cacheWrite5m + cacheWrite1h]).toEqual([
    sum("inputTokens"),
    sum("outputTokens"),
    sum("cacheReadInputTokens"),
    sum("cacheCreationInputTokens"),
  ]);
  expect(metadata.cost).toBeCloseTo(own.total_cost_usd, 9);
  expect(metadata["agentCost"]).toEqual({ usd: own.total_cost_usd, source: "claude-code" });
});

test("stores only what is new of a transcript that grew, and all of one that was rewritten once", async ({
  folder,
}) => {
  await using server = await startTestServer({ now });
  const config = join(folder, "c");
  const path = write(config, "s-1", turn(1, "p"));
  expect((await importFrom(config, server.url)).stdout).toBe("Stored 7 events of 1 session.\n");
  appendFileSync(path, `${JSON.stringify(turn(5, "q")[0]!.line)}\n{"type":"assistant","mess`);
  expect((await importFrom(config, server.url)).stdout).toBe("Stored 2 events of 1 session.\n");
  write(config, "s-1", [...turn(1, "p"), ...turn(5, "q")]);
  expect((await importFrom(config, server.url)).stdout).toBe("Stored 4 events of 1 session.\n");
  write(config, "s-1", turn(5, "q"));
  expect((await importFrom(config, server.url)).stdout).toBe("Stored 0 events of 1 session.\n");
});

test("reports lines that are no JSON and files that cannot be read, stores the rest, and fails", async ({ folder }) => {
  await using server = await startTestServer({ now });
  const config = join(folder, "c");
  const path = write(config, "s-1", turn(1, "p"));
  appendFileSync(path, "no json\n");
  const loop = join(config, "projects", "-work", "s-2.jsonl");
  symlinkSync(loop, loop);
  const { code, stdout, stderr } = await importFrom(config, server.url);
  expect(code).toBe(1);
  expect(stdout).toContain("Stored 7 events");
  expect(stderr).toContain(`${path}:4: the line is not JSON, and was left out`);
  expect(stderr).toContain(`${loop}: ELOOP`);
});

test("takes no more than went on since a time", async ({ folder }) => {
  await using server = await startTestServer({ now });
  const config = join(folder, "c");
  const old = write(config, "s-1", turn(1, "p"));
  utimesSync(old, new Date(transcriptNow - 86_400_000 * 9), new Date(transcriptNow - 86_400_000 * 9));
  const recent = write(config, "s-2", turn(1, "p"));
  utimesSync(recent, new Date(transcriptNow), new Date(transcriptNow));
  expect((await importFrom(config, server.url, ["--since", "7d"])).stdout).toContain("of 1 session");
  expect((await importFrom(config, server.url, ["--json"])).stdout).toContain('"sessions": 2');
  expect((await importFrom(config, server.url, ["--since", "yesterday"])).code).toBe(2);
});

test("finds Claude Code's folder as Claude Code does, and says so where there is none", async ({ folder }) => {
  await using server = await startTestServer({ now });
  write(join(folder, ".claude"), "s-1", turn(1, "p"));
  write(join(folder, "elsewhere"), "s-2", turn(1, "p"));
  const run = (env: Record<string, string>) =>
    runCli(["import", "claude-code"], { now, home: folder, env: { SESSION_SERVICE_URL: server.url, ...env } });
  expect((await run({})).code).toBe(0);
  expect((await run({ CLAUDE_CONFIG_DIR: join(folder, "elsewhere") })).code).toBe(0);
  expect(await server.store.head("s-1")).toBeGreaterThan(0);
  expect(await server.store.head("s-2")).toBeGreaterThan(0);
  const none = await run({ CLAUDE_CONFIG_DIR: join(folder, "none") });
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("There are no transcripts of Claude Code in")]);
});

test("tells a fork's own turns alone, and which session it came out of", async ({ folder }) => {
  await using server = await startTestServer({ now });
  const config = join(folder, "c");
  const enqueued = (time: string) => ({ line: { type: "queue-operation", operation: "enqueue", timestamp: time } });
  const origin = turn(1, "p");
  // Copies keep their uuids and times, and carry the id of the fork's own prompt.
  const copies = origin.map(({ line }) => ({ line: { ...(line as object), promptId: "f", sessionId: "s-0" } }));
  write(config, "s-0", [enqueued("2026-11-20T09:00:00.000Z"), ...copies, ...turn(3600, "f"), costLine(9)]);
  write(config, "s-1", [enqueued("2026-11-20T08:00:00.000Z"), ...origin]);
  await importFrom(config, server.url);
  const fork = (await server.store.readSession("s-0"))!;
  expect(fork.metadata).toMatchObject({ parentSession: "s-1", usage: { calls: 1 } });
  const prompts = (await eventsIn(server.store, "s-0")).filter(({ data }) => data["type"] === "user_prompt");
  expect(prompts.map(({ data }) => data["text"])).toEqual(["ask f"]);
  expect((await server.store.readSession("s-1"))!.metadata).toMatchObject({ parentSession: null, usage: { calls: 1 } });
});

test("finds subagents' transcripts where older releases put them, and in folders of workflows", async ({ folder }) => {
  await using server = await startTestServer({ now });
  const config = join(folder, "c");
  const spawn = use("t", "Task", { description: "Look", subagent_type: "explorer" });
  write(config, "s-1", [promptLine(1, "p"), answerLine(2, [spawn])]);
  const side = { more: { isSidechain: true, sessionId: "s-1" } };
  write(config, "agent-old", [answerLine(3, [text("old one")], side)]);
  write(config, "agent-deep", [answerLine(4, [text("deep one")], side)]);
  const deep = join(config, "projects", "-work", "s-1", "subagents", "workflows");
  mkdirSync(deep, { recursive: true });
  renameSync(join(config, "projects", "-work", "agent-deep.jsonl"), join(deep, "agent-deep.jsonl"));
  writeFileSync(join(deep, "agent-deep.meta.json"), '{"agentType":"worker","toolUseId":"t"}');
  await importFrom(config, server.url);
  const { agents } = (await server.store.readSession("s-1"))!.state;
  expect(agents).toMatchObject([{ agentId: "old" }, { agentId: "deep", type: "worker", toolCallId: "t" }]);
});

test("stores into a folder what a server has of the same, and nothing where none answers", async ({ folder }) => {
  const config = configWith(folder, "bash");
  const { code, stderr } = await importFrom(config, "http://127.0.0.1:1");
  expect([code, stderr]).toEqual([3, expect.stringContaining("No server answers")]);
  expect((await runCli(["import", "claude-code", "--url", "http://x", "--storage", folder])).code).toBe(2);
});

test("shows how far it is on a terminal", async ({ folder }) => {
  await using server = await startTestServer({ now });
  const config = join(folder, "c");
  write(config, "s-1", Array.from({ length: 50 }, (_, n) => turn(n * 10, `p${n}`)).flat());
  let time = transcriptNow;
  const { stderr, code } = await importFrom(config, server.url, [], { isTTY: true, now: () => (time += 200) });
  expect([code, stderr]).toEqual([0, expect.stringContaining("Reading transcripts")]);
});

test("imports a file that is called as the command, by its path", async ({ folder }) => {
  cpSync(join(captureFolder("bash"), `${sessionOfCapture("bash")}.jsonl`), join(folder, "claude-code"));
  const { code, stderr } = await runCli(["import", "./claude-code", "--storage", "s"], { cwd: folder });
  expect([code, stderr]).toEqual([1, expect.stringContaining("./claude-code holds no events (line 1: type: ")]);
});
