import { expect, test as base, vi } from "vitest";
import { createClient, type Client } from "../client/http-client.js";
import type { SessionEvent } from "../core/event.js";
import { startServer } from "../server/start-server.js";
import { openFileStore } from "../storage/file/file-store.js";
import { createMemoryStore } from "../storage/memory/memory-store.js";
import { freshFolder, runCli, startCli, type Folder } from "./cli-fixture.js";

interface Running {
  url: string;
  client: Client;
  stop(): Promise<void>;
  restart(): Promise<void>;
}

const test = base.extend<Folder & { server: Running }>({
  ...freshFolder,
  server: async ({ task: _task }, use) => {
    const store = createMemoryStore();
    const open = (port: number) => startServer({ store, host: "127.0.0.1", port, version: "0.0.0" });
    let server = await open(0);
    const { url, port } = server;
    await use({
      url,
      client: createClient({ url }),
      stop: () => server.close(),
      restart: async () => void (server = await open(port)),
    });
    await server.close();
  },
});

/** Lines without their timestamps. */
function lines(stdout: string): string[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/^\S+ {2}/, ""));
}

function jsonLines(stdout: string): SessionEvent[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as SessionEvent);
}

test("tells a session as it goes, a line per event, and ends with it", async ({ server }) => {
  const { client, url } = server;
  await client.createSession({ sessionId: "s1", initial: { input: "fix it" } });
  await client.appendAction("s1", { type: "user_prompt", text: "fix\nit", turn: "t" });
  const run = startCli(["watch", "s1", "--exit-on", "finalize", "--url", url]);
  await vi.waitFor(() => expect(run.stdout).toContain("prompt"));
  const call = { toolCallId: "a", tool: "Bash" };
  await client.appendAction("s1", { type: "bash_exec", ...call, input: { command: "npm test" } });
  await client.appendResponse("s1", {
    type: "tool_result",
    ...call,
    status: "error",
    error: { message: "exit 1" },
    durationMs: 1_234,
  });
  await client.addGoal("s1", { description: "Tests pass", goalId: "g" });
  await client.updateGoal("s1", "g", { status: "completed" });
  await client.finalize("s1");
  expect(await run.finished).toBe(0);
  expect(lines(run.stdout)).toEqual([
    "1  session  created · fix it",
    "2  prompt  fix it",
    "3  Bash  npm test",
    "4  Bash  failed in 1.2s · npm test · exit 1",
    "5  goal  Tests pass · pending",
    "6  goal  g · completed",
    "7  session  completed",
  ]);
  expect(run.stderr).toBe("");
});

test.for([
  ["failed", 1],
  ["cancelled", 1],
  ["success", 0],
] as const)("a session that ended as %s already ends it with %i at once", async ([status, code], { server }) => {
  await server.client.createSession({ sessionId: "s1" });
  await server.client.finalize("s1", { status });
  const run = await runCli(["watch", "s1", "--exit-on", "finalize", "--json", "--url", server.url]);
  expect(run.code).toBe(code);
  expect(jsonLines(run.stdout).map(({ type }) => type)).toEqual(["session_created", "session_finalized"]);
});

test("goes on across a restart of the server, and Ctrl-C ends it with 130", async ({ server }) => {
  await server.client.appendAction("s1", { type: "one" });
  const run = startCli(["watch", "s1", "--plain", "--url", server.url], { isTTY: true, env: { NO_COLOR: "1" } });
  await vi.waitFor(() => expect(run.stdout).toContain("one"));
  await server.stop();
  await vi.waitFor(() => expect(run.stderr).toContain("Lost the server"));
  await server.restart();
  await server.client.appendAction("s1", { type: "two" });
  await vi.waitFor(() => expect(run.stdout).toContain("two"), { timeout: 5_000 });
  run.signal("SIGINT");
  expect(await run.finished).toBe(130);
  expect(
    run.stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/^\d\d:\d\d:\d\d +/, "")),
  ).toEqual([
    expect.stringMatching(/^1 {2}session +created/),
    expect.stringMatching(/^2 {2}one/),
    expect.stringMatching(/^3 {2}two/),
  ]);
});

test("waits for a session that is yet to be made, and says so", async ({ server }) => {
  const run = startCli(["watch", "s1", "--json", "--exit-on", "finalize", "--url", server.url]);
  await vi.waitFor(() => expect(run.stderr).toBe("There is no session 's1' yet; waiting for it.\n"));
  await server.client.createSession({ sessionId: "s1" });
  await server.client.finalize("s1", { status: "failed" });
  expect(await run.finished).toBe(1);
  expect(jsonLines(run.stdout).map(({ seq }) => seq)).toEqual([1, 2]);
});

test("names the session that may have been meant", async ({ server }) => {
  await server.client.createSession({ sessionId: "checkout-redesign" });
  const run = startCli(["watch", "chekout-redesign", "--plain", "--url", server.url]);
  const said = "There is no session 'chekout-redesign' yet; waiting for it. Did you mean 'checkout-redesign'?\n";
  await vi.waitFor(() => expect(run.stderr).toBe(said));
  run.signal("SIGINT");
  expect(await run.finished).toBe(130);
});

test.for([[], ["--json"]])(
  "says on stderr what it follows, where nothing happens, with %j",
  async (flags, { server }) => {
    for (const sessionId of ["a", "b"]) await server.client.createSession({ sessionId });
    const run = startCli(["watch", "--url", server.url, ...flags]);
    await vi.waitFor(() => expect(run.stderr).toBe(`Following 2 sessions of ${server.url}, and those that come.\n`));
    run.signal("SIGINT");
    await run.finished;
    expect(run.stdout).toBe("");
  },
);

test("tells of all sessions, of chosen types, and begins where --since says", async ({ server }) => {
  const { client, url } = server;
  const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  await client.appendAction("old", { type: "note", text: "too old", timestamp: at(90) });
  await client.appendAction("a", { type: "note", text: "first", timestamp: at(30) });
  await client.appendAction("b", { type: "note", text: "second", timestamp: at(20) });
  await client.appendAction("a", { type: "other", timestamp: at(15) });
  await client.appendAction("a", { type: "note", text: "third", timestamp: at(10) });
  const run = startCli(["watch", "--since", "1h", "--types", "note,session_deleted", "--url", url]);
  await vi.waitFor(() => expect(run.stdout).toContain("third"));
  await client.appendAction("c", { type: "note", text: "live" });
  await vi.waitFor(() => expect(run.stdout).toContain("live"));
  await client.deleteSession("c");
  await vi.waitFor(() => expect(run.stdout).toContain("deleted"));
  run.signal("SIGINT");
  await run.finished;
  expect(lines(run.stdout)).toEqual([
    "a  2  note  first",
    "b  2  note  second",
    "a  4  note  third",
    "c  2  note  live",
    "c    session  deleted",
  ]);
});

test("JSON is each event as it is stored, one a line", async ({ server }) => {
  const run = startCli(["watch", "--json", "--url", server.url]);
  await server.client.appendAction("s1", { type: "before or after it listens" });
  await vi.waitFor(async () => {
    await server.client.appendAction("s1", { type: "x\u001b" });
    expect(run.stdout).not.toBe("");
  });
  run.signal("SIGTERM");
  await run.finished;
  const [event] = jsonLines(run.stdout);
  expect(Object.keys(event!)).toEqual(["type", "sessionId", "seq", "timestamp", "receivedAt", "eventId", "data"]);
});

test("refuses what makes no sense, and fails with 3 where no server is", async ({ server }) => {
  expect(await runCli(["watch", "--exit-on", "finalize", "--url", server.url])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("needs a session") as string,
  });
  expect((await runCli(["watch", "a/b", "--plain", "--url", server.url])).code).toBe(2);
  expect((await runCli(["watch", "s", "--since", "soon", "--url", server.url])).code).toBe(2);
  await server.stop();
  const none = await runCli(["watch", "--plain", "--url", server.url]);
  expect(none).toMatchObject({ code: 3, stderr: expect.stringContaining(`no server at ${server.url}`) as string });
  expect((await runCli(["watch", "s", "--plain", "--url", server.url])).code).toBe(3);
});

test("follows the files of a folder with no server, one session or all", async ({ folder }) => {
  const store = await openFileStore({ path: folder });
  try {
    await store.append("s1", [{ type: "action", data: { type: "note", text: "before" } }]);
    const one = startCli(["watch", "s1", "--plain", "--storage", folder]);
    await vi.waitFor(() => expect(one.stdout).toContain("before"));
    const all = startCli(["watch", "--plain", "--storage", folder]);
    await vi.waitFor(async () => {
      await store.append("probe", [{ type: "action", data: { type: "note", text: "probe" } }]);
      expect(all.stdout).toContain("probe");
    }, 5_000);
    await store.append("s1", [{ type: "action", data: { type: "note", text: "after" } }]);
    await store.append("s2", [{ type: "action", data: { type: "note", text: "new" } }]);
    await vi.waitFor(() => expect(one.stdout).toContain("after"), 5_000);
    await vi.waitFor(() => expect(all.stdout).toMatch(/after[^]*new|new[^]*after/), 5_000);
    expect(all.stdout).not.toContain("before");
    await store.delete("s2");
    await vi.waitFor(() => expect(all.stdout).toContain("deleted"), 5_000);
    one.signal("SIGINT");
    all.signal("SIGINT");
    expect(await Promise.all([one.finished, all.finished])).toEqual([130, 130]);
  } finally {
    await store.close();
  }
});
