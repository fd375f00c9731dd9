import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test as base, vi } from "vitest";
import { createClient, type Client } from "../client/http-client.js";
import type { SessionEvent } from "../core/event.js";
import { startServer } from "../server/start-server.js";
import { createMemoryStore } from "../storage/memory/memory-store.js";
import { freshFolder, runCli, startCli, type Folder } from "./cli-fixture.js";

interface Running {
  url: string;
  client: Client;
  stop(): Promise<void>;
  /** Up again on the same port, with what was stored. */
  restart(): Promise<void>;
}

async function start(): Promise<Running> {
  const store = createMemoryStore();
  const open = (port: number) => startServer({ store, host: "127.0.0.1", port, version: "0.0.0" });
  let server = await open(0);
  const { url, port } = server;
  const stop = () => server.close();
  return {
    url,
    client: createClient({ url }),
    stop,
    restart: async () => {
      server = await open(port);
    },
  };
}

const test = base.extend<Folder & { server: Running }>({
  ...freshFolder,
  server: async ({ task: _task }, use) => {
    const server = await start();
    await use(server);
    await server.stop();
  },
});

test("asks the server that SESSION_SERVICE_URL or --url names", async ({ server }) => {
  await server.client.createSession({ sessionId: "s1", userId: "ada" });
  const byVariable = await runCli(["query", "recent"], { env: { SESSION_SERVICE_URL: server.url } });
  const byFlag = await runCli(["query", "recent", "--url", server.url], {
    env: { SESSION_SERVICE_URL: "http://127.0.0.1:1" },
  });
  expect(byVariable.stdout).toMatch(/^s1\tactive\tada\t/);
  expect(byFlag.stdout).toBe(byVariable.stdout);
});

test("lists are tables for people, tabs for pipes and JSON for scripts", async ({ server }) => {
  await server.client.createSession({ sessionId: "s1", userId: "ada", tags: ["x", "y"] });
  await server.client.createSession({ sessionId: "s2", userId: "bob" });
  await server.client.finalize("s2", { status: "failed" });
  const query = (argv: string[], isTTY = false) =>
    runCli(["query", ...argv, "--url", server.url], { isTTY, env: { NO_COLOR: "1" } });
  const table = await query(["active"], true);
  expect(table.stdout).toMatch(
    /^SESSION +STATUS +USER +EVENTS +TOKENS +UPDATED +TAGS\ns1 +active +ada +1 +0 +now +x,y\n$/,
  );
  const failed = JSON.parse((await query(["sessions", "--status", "failed", "--json"])).stdout) as {
    sessions: object[];
    next: null;
  };
  expect(failed).toMatchObject({ sessions: [{ sessionId: "s2", status: "failed" }], next: null });
  expect((await query(["sessions", "--tag", "none"], true)).stdout).toBe("No session matches.\n");
  const page = await query(["sessions", "--limit", "1"]);
  const cursor = /--cursor (\S+)/.exec(page.stderr)![1]!;
  expect((await query(["sessions", "--limit", "1", "--cursor", cursor])).stdout).toMatch(/^s1\t/);
  expect((await query(["stats"], true)).stdout).toMatch(/total +2\nactive +1\n/);
  expect(JSON.parse((await query(["stats", "--json"])).stdout)).toMatchObject({ total: 2, activeSessions: 1 });
});

test("counts input and output as tokens where no total is given", async ({ server }) => {
  await server.client.createSession({ sessionId: "s1" });
  await server.client.patchMetadata("s1", { "tokenUsage.input": "+1200", "tokenUsage.output": "+34" });
  const argv = ["query", "recent", "--url", server.url];
  expect((await runCli(argv)).stdout.split("\t").slice(0, 6)).toEqual(["s1", "active", "", "", "2", "1234"]);
});

test("shows of what type an agent is", async ({ server }) => {
  await server.client.spawnAgent("s1", { type: "researcher", task: "read" });
  const { stdout } = await runCli(["query", "events", "s1", "--url", server.url], {
    isTTY: true,
    env: { NO_COLOR: "1" },
  });
  expect(stdout).toMatch(/agent_spawned +type=researcher task=read/);
});

test("search shows what matched, unescaped and in place", async ({ server }) => {
  await server.client.appendAction("s1", { type: "tool_call", text: "a <needle> & more" });
  const argv = ["query", "search", "needle", "--since", "1h", "--url", server.url];
  expect((await runCli(argv)).stdout).toMatch(/^s1\t2\ttool_call\t\S+Z\t.*<«needle»> & more/);
  expect((await runCli([...argv, "--until", "2020-01-01"], { isTTY: true, env: { NO_COLOR: "1" } })).stdout).toBe(
    "Nothing matches.\n",
  );
});

test("what the server refuses ends with 1 and its own words", async ({ server }) => {
  const { code, stdout, stderr } = await runCli(["query", "state", "nobody", "--url", server.url]);
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: "",
    stderr: "claude-sessions: There is no session 'nobody'.\n",
  });
  const json = await runCli(["query", "state", "nobody", "--json", "--url", server.url]);
  expect(JSON.parse(json.stderr)).toMatchObject({ code: "session_not_found", status: 404 });
});

test("a page of events says how to go on", async ({ server }) => {
  await server.client.appendActions(
    "s1",
    Array.from({ length: 5 }, (_, index) => ({ type: `t${index}` })),
  );
  const { stdout, stderr } = await runCli([
    "query",
    "events",
    "s1",
    "--after",
    "1",
    "--limit",
    "2",
    "--url",
    server.url,
  ]);
  expect(stdout).toMatch(/^2\t\S+\taction\t\{.*"t0".*\}\n3\t/);
  expect(stderr).toBe("There may be more: --after 3\n");
  const newest = await runCli(["query", "events", "s1", "--limit", "2", "--url", server.url, "--json"]);
  expect(
    newest.stdout
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as SessionEvent).seq),
  ).toEqual([5, 6]);
});

test("follow survives a restart of the server, misses nothing, and Ctrl-C ends it with 130", async ({ server }) => {
  await server.client.appendAction("s1", { type: "before" });
  const run = startCli(["query", "events", "s1", "--follow", "--url", server.url]);
  await vi.waitFor(() => expect(run.stdout).toContain('"before"'));
  await server.client.appendAction("s1", { type: "live" });
  await vi.waitFor(() => expect(run.stdout).toContain('"live"'));
  await server.stop();
  await vi.waitFor(() => expect(run.stderr).toContain("Lost the server"));
  await server.restart();
  await server.client.appendAction("s1", { type: "after" });
  await vi.waitFor(() => expect(run.stdout).toContain('"after"'), { timeout: 5_000 });
  expect(run.stderr).toMatch(/^Lost the server \(.*\); trying again until it is back\.\nBack; nothing was missed\.\n$/);
  run.signal("SIGINT");
  expect(await run.finished).toBe(130);
  expect(
    run.stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split("\t")[0]),
  ).toEqual(["1", "2", "3", "4"]);
});

test("follow filters by type, starts behind --after, and says when the session is deleted", async ({ server }) => {
  await server.client.appendActions("s1", [{ type: "one" }, { type: "two" }]);
  const run = startCli([
    "query",
    "events",
    "s1",
    "--follow",
    "--json",
    "--after",
    "2",
    "--types",
    "action,goal_added",
    "--url",
    server.url,
  ]);
  await vi.waitFor(() => expect(run.stdout).toContain('"two"'));
  await server.client.patchState("s1", { phase: "x" });
  await server.client.addGoal("s1", { description: "Find it" });
  await vi.waitFor(() => expect(run.stdout).toContain("goal_added"));
  const events = run.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as SessionEvent);
  expect(events.map(({ seq, type }) => [seq, type])).toEqual([
    [3, "action"],
    [5, "goal_added"],
  ]);
  expect(Object.keys(events[0]!)).toEqual(["type", "sessionId", "seq", "timestamp", "receivedAt", "eventId", "data"]);
  await server.client.deleteSession("s1");
  expect(await run.finished).toBe(1);
  expect(JSON.parse(run.stderr)).toMatchObject({ code: "session_not_found" });
});

test("follow of an unknown session, or with no server, fails at once", async ({ server }) => {
  const unknown = await runCli(["query", "events", "nobody", "--follow", "--url", server.url]);
  expect(unknown).toMatchObject({ code: 1, stderr: "claude-sessions: There is no session 'nobody'.\n" });
  await server.stop();
  expect((await runCli(["query", "events", "s", "--follow", "--url", server.url])).code).toBe(3);
});

test("a session moves from one server to another, and again stores nothing", async ({ server, folder }) => {
  const other = await start();
  onTestFinished(() => other.stop());
  await server.client.createSession({ sessionId: "s1", userId: "ada" });
  await server.client.appendActions(
    "s1",
    Array.from({ length: 1200 }, (_, index) => ({ type: "t", index })),
  );
  await server.client.addGoal("s1", { description: "Move", goalId: "g" });
  await server.client.finalize("s1");
  const file = join(folder, "s1.ndjson");
  expect((await runCli(["export", "s1", "--url", server.url, "--output", file])).code).toBe(0);
  expect((await runCli(["export", "s1", "--url", server.url])).stdout).toBe(readFileSync(file, "utf8"));
  const first = await runCli(["import", file, "--url", other.url]);
  expect(first).toEqual({ code: 0, stdout: "Stored 1,203 events of 1 session; 0 were there already.\n", stderr: "" });
  expect(await other.client.getState("s1")).toEqual(await server.client.getState("s1"));
  const again = await runCli(["import", file, "--url", other.url]);
  expect(again.stdout).toBe("Stored 0 events of 1 session; 1,203 were there already.\n");
});

test("export of an unknown session fails, and leaves no file behind", async ({ server, folder }) => {
  mkdirSync(join(folder, "out"));
  const { code } = await runCli(["export", "nobody", "--url", server.url, "--output", "out"], { cwd: folder });
  expect(code).toBe(1);
  writeFileSync(join(folder, "probe"), "");
  expect(() => readFileSync(join(folder, "out", "nobody.ndjson"))).toThrow(/ENOENT/);
});
