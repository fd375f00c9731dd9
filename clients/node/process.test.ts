import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../src/server/testing/test-server.js";
import { temporaryFolder } from "../../src/testing/temporary-folder.js";
import { bundleClient, oldestNode, runProgram, startProgram, type Ended, type Started } from "./testing/program.js";

let client: Awaited<ReturnType<typeof bundleClient>>;

beforeAll(async () => {
  client = await bundleClient();
});
afterAll(() => client[Symbol.dispose]());

function run(source: string, env: Record<string, string>, node?: string): Promise<Ended> {
  return runProgram({ client: client.path, source, env, ...(node === undefined ? {} : { node }) });
}

function start(source: string, env: Record<string, string>): Started {
  return startProgram({ client: client.path, source, env });
}

const closedPort = "http://127.0.0.1:1";

function environment(url: string, spool: string): Record<string, string> {
  return { SESSION_ID: "s1", SESSION_SERVICE_URL: url, CLAUDE_SESSIONS_SPOOL: spool };
}

async function typesOf(server: TestServer): Promise<unknown[]> {
  const { body } = await server.call("GET", "/api/actions/s1");
  return Array.isArray(body) ? body.map(({ type }) => type) : [];
}

/** Accepts connections, and after so many answers never answers again. */
async function hungServer(answers = 0) {
  const server = createServer((_request, response) => {
    if (answers-- > 0) response.writeHead(201).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("what is queued is sent before a program comes to its end, on the oldest Node as well", async () => {
  await using server = await startTestServer();
  using folder = temporaryFolder();
  const spool = join(folder.path, "spool");
  const source = `hookAgent.logAction({ type: "one" }); hookAgent.logAction({ type: "two" });`;
  const ended = await run(source, environment(server.url, spool), oldestNode());
  expect(ended).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
  expect(await typesOf(server)).toEqual(["one", "two"]);
  expect(readdirSync(spool)).toEqual([]);
});

test("awaits at the top level of a program come back, though nothing else keeps it alive", async () => {
  await using server = await startTestServer();
  using folder = temporaryFolder();
  const source = `
    await hookAgent.start({ userId: "ann" });
    const { seq } = await hookAgent.logAction({ type: "one" }, { wait: true });
    const { phase } = await hookAgent.getState();
    console.log(seq, phase, await hookAgent.flush(), await hookAgent.testConnection());
    await hookAgent.close();`;
  const ended = await run(source, environment(server.url, folder.path));
  expect(ended).toMatchObject({ code: 0, stdout: "2 initialized true true\n", stderr: "" });
});

test("process.exit loses nothing: the next process of the session sends it first", async () => {
  await using server = await startTestServer();
  using folder = temporaryFolder();
  const env = environment(server.url, folder.path);
  const first = await run(`hookAgent.logAction({ type: "one" }); process.exit(7);`, env);
  expect(first).toMatchObject({ code: 7, stderr: "" });
  expect(await typesOf(server)).toEqual([]);
  await run(`hookAgent.logAction({ type: "two" });`, env);
  expect(await typesOf(server)).toEqual(["one", "two"]);
});

test("a program that throws, or is killed, leaves what it logged to the next process", async () => {
  await using server = await startTestServer();
  using folder = temporaryFolder();
  const away = environment(closedPort, folder.path);
  const thrown = await run(`hookAgent.logAction({ type: "one" }); throw new Error("mine");`, away);
  expect(thrown.code).toBe(1);
  const killed = start(
    `await hookAgent.logAction({ type: "two" }); console.log("logged"); setInterval(() => {}, 1000);`,
    away,
  );
  await killed.said("logged");
  killed.process.kill("SIGKILL");
  expect(await killed.ended).toMatchObject({ signal: "SIGKILL" });
  await run(`await hookAgent.flush();`, environment(server.url, folder.path));
  expect(await typesOf(server)).toEqual(["one", "two"]);
});

test("two live processes of a session do not send each other's events", async () => {
  await using server = await startTestServer();
  using folder = temporaryFolder();
  const logging = `await hookAgent.logAction({ type: "theirs" }); console.log("logged"); process.stdin.resume();`;
  const alive = start(logging, environment(closedPort, folder.path));
  await alive.said("logged");
  await run(`hookAgent.logAction({ type: "mine" });`, environment(server.url, folder.path));
  expect(await typesOf(server)).toEqual(["mine"]);
  alive.process.kill("SIGKILL");
  await alive.ended;
  await run(`await hookAgent.flush();`, environment(server.url, folder.path));
  expect(await typesOf(server)).toEqual(["mine", "theirs"]);
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s ends a program as it would, after what is queued was sent",
  async (signal) => {
    await using server = await startTestServer();
    using folder = temporaryFolder();
    const source = `
    setInterval(() => {}, 1000);
    const agent = new HookAgent({ flushIntervalMs: 60_000 });
    await agent.logAction({ type: "one" });
    console.log("logged");`;
    const program = start(source, environment(server.url, folder.path));
    await program.said("logged");
    program.process.kill(signal);
    expect(await program.ended).toMatchObject({ code: null, signal, stderr: "" });
    expect(await typesOf(server)).toEqual(["one"]);
  },
);

test("a program's own listener decides what a signal does", async () => {
  await using server = await startTestServer();
  using folder = temporaryFolder();
  const source = `
    process.on("SIGTERM", () => { console.log("mine"); process.stdin.pause(); process.exitCode = 3; });
    process.stdin.resume();
    await hookAgent.logAction({ type: "one" });
    console.log("logged");`;
  const program = start(source, environment(server.url, folder.path));
  await program.said("logged");
  program.process.kill("SIGTERM");
  expect(await program.ended).toMatchObject({ code: 3, signal: null, stdout: "logged\nmine\n" });
  expect(await typesOf(server)).toEqual(["one"]);
});

test("the listeners of signal-exit do not count as a program's own", async () => {
  await using server = await startTestServer();
  using folder = temporaryFolder();
  const source = `
    globalThis[Symbol.for("signal-exit emitter")] = { count: 1 };
    const listener = () => {
      if (process.listeners("SIGTERM").length > 1) return;
      process.removeListener("SIGTERM", listener);
      process.kill(process.pid, "SIGTERM");
    };
    process.on("SIGTERM", listener);
    setInterval(() => {}, 1000);
    await hookAgent.logAction({ type: "one" });
    console.log("logged");`;
  const program = start(source, environment(server.url, folder.path));
  await program.said("logged");
  program.process.kill("SIGTERM");
  expect(await program.ended).toMatchObject({ code: null, signal: "SIGTERM" });
  expect(await typesOf(server)).toEqual(["one"]);
});

test("a server that never answers keeps a program no longer than its bound, and nothing is lost", async () => {
  await using hung = await hungServer();
  await using server = await startTestServer();
  using folder = temporaryFolder();
  const source = `new HookAgent({ exitTimeoutMs: 100, requestTimeoutMs: 60_000 }).logAction({ type: "one" });`;
  const ended = await run(source, environment(hung.url, folder.path));
  expect(ended).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
  await run(`await hookAgent.flush();`, environment(server.url, folder.path));
  expect(await typesOf(server)).toEqual(["one"]);
});

test("a server that stops answering on an open connection does not keep a program either", async () => {
  await using hung = await hungServer(1);
  using folder = temporaryFolder();
  const source = `
    const agent = new HookAgent({ exitTimeoutMs: 100, requestTimeoutMs: 60_000 });
    await agent.logAction({ type: "one" }, { wait: true });
    agent.logAction({ type: "two" });`;
  expect(await run(source, environment(hung.url, folder.path))).toMatchObject({ code: 0, stderr: "" });
});

test("without a spool, what could not be sent is told with its number", async () => {
  const env = { SESSION_ID: "s1", SESSION_SERVICE_URL: closedPort, CLAUDE_SESSIONS_SPOOL: "off" };
  const source = `const agent = new HookAgent({ exitTimeoutMs: 50 }); agent.logAction({ type: "a" }); agent.logAction({ type: "b" });`;
  const { code, stderr } = await run(source, env);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^hook_agent: 2 events were lost[^\n]*\n$/)]);
});

test("without SESSION_ID every call is a no-op, told once on stderr", async () => {
  const source = `
    console.log(await hookAgent.logAction({ type: "a" }), await hookAgent.addGoal("x"), await hookAgent.flush());
    await hookAgent.goal("y", async (goal) => console.log(goal.goalId === ""));`;
  const { code, stdout, stderr } = await run(source, {});
  expect([code, stdout]).toEqual([0, "undefined undefined true\ntrue\n"]);
  expect(stderr).toMatch(/^hook_agent: SESSION_ID is not set[^\n]*\n$/);
});

test("what is spooled is private", async () => {
  using folder = temporaryFolder();
  const spool = join(folder.path, "new", "spool");
  const source = `process.umask(0); await hookAgent.logAction({ type: "one" }); process.exit();`;
  await run(source, environment(closedPort, spool));
  const modes = [spool, join(spool, "s1"), join(spool, "s1", readdirSync(join(spool, "s1"))[0]!)];
  expect(modes.map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual(["700", "700", "600"]);
});

test("a disk that is full is told once, and events go by memory until there is room", async () => {
  await using server = await startTestServer();
  using folder = temporaryFolder();
  const spool = join(folder.path, "spool");
  mkdirSync(spool, { mode: 0o700 });
  const source = `
    const agent = new HookAgent({ flushIntervalMs: 60_000 });
    for (let n = 0; n < 20; n++) await agent.logAction({ type: "big", n, text: "x".repeat(1000) });
    console.log(await agent.flush());
    await agent.close();`;
  // The limit is on the size of a file; a write beyond it fails half-way, as on a full disk.
  const program = await run(source, environment(server.url, spool), limitedNode(folder.path));
  expect(program).toMatchObject({ code: 0, stdout: "true\n" });
  expect(program.stderr).toMatch(/^hook_agent: unsent events are kept in memory[^\n]*\n$/);
  const { body } = await server.call("GET", "/api/actions/s1");
  expect((body as { n: number }[]).map(({ n }) => n)).toEqual(Array.from({ length: 20 }, (_, n) => n));
  expect(existsSync(join(spool, "s1"))).toBe(false);
});

test("a write that fails half-way leaves whole lines, which the next process sends", async () => {
  await using server = await startTestServer();
  using folder = temporaryFolder();
  const spool = join(folder.path, "spool");
  mkdirSync(spool, { mode: 0o700 });
  const source = `
    for (let n = 0; n < 20; n++) await hookAgent.logAction({ type: "big", n, text: "x".repeat(1000) });
    process.exit();`;
  const limited = await run(source, environment(closedPort, spool), limitedNode(folder.path));
  expect(limited.stderr).toMatch(
    /hook_agent: unsent events are kept in memory[^\n]*\nhook_agent: 1\d events were lost/,
  );
  const [file] = readdirSync(join(spool, "s1"));
  expect(readFileSync(join(spool, "s1", file!), "utf8").endsWith("}\n")).toBe(true);
  await run(`await hookAgent.flush();`, environment(server.url, spool));
  const { body } = await server.call("GET", "/api/actions/s1");
  expect((body as { n: number }[]).map(({ n }) => n)).toEqual([0, 1, 2, 3]);
});

/** A Node that may write files of a few kilobytes at most. */
function limitedNode(folder: string): string {
  const path = join(folder, "limited-node");
  writeFileSync(path, `#!/bin/sh\ntrap '' XFSZ\nulimit -f 10\nexec "${process.execPath}" "$@"\n`, { mode: 0o755 });
  return path;
}
