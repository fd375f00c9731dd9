import { spawn } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import pino from "pino";
import { expect, test } from "vitest";
import { createMemoryStore } from "../../storage/memory/memory-store.js";
import type { SetTimer } from "../hub/pacer.js";
import { hook, hookSession, permission, post, pre, prompt, stop } from "../testing/hook-session.js";
import { startTestServer } from "../testing/test-server.js";
import { createLivenessWatch } from "./liveness.js";
import type { Processes } from "./liveness-process.js";

const minute = 60_000;

/** A session under watch, with a clock and processes that the test moves. */
function watched({ store = createMemoryStore() } = {}) {
  let time = Date.parse("2026-01-31T09:30:00.000Z");
  const alive = new Map<number, string>([[7, "t0"]]);
  const processes: Processes = { host: "here", isAlive: (pid) => alive.has(pid), startOf: (pid) => alive.get(pid) };
  const timers: (() => void)[] = [];
  const setTimer: SetTimer = (run) => {
    timers.push(run);
    return () => {};
  };
  const now = () => time;
  const session = hookSession("claude-code", { store, now });
  const watch = createLivenessWatch({
    store,
    ingest: session.ingest,
    now,
    logger: pino({ enabled: false }),
    processes,
    setTimer,
    sources: ["claude-code"],
  });
  return {
    ...session,
    watch,
    alive,
    timers,
    pass: (milliseconds: number) => void (time += milliseconds),
    liveness: async () => (await session.session())!.metadata.liveness,
  };
}

test("loses a session whose process is gone, with what it was at", async () => {
  const it = watched();
  const process = it.watch.processOf({ pid: 7, host: "here" })!;
  await it.sendAs(
    { process },
    prompt("p"),
    hook("SubagentStart", { agent_id: "x", agent_type: "t" }),
    pre("a"),
    permission("a"),
  );
  it.watch.watch("s-1", process);
  await it.watch.sweep();
  expect((await it.liveness()).status).toBe("waiting");
  it.alive.delete(7);
  await it.watch.sweep();
  const { metadata, state } = (await it.session())!;
  expect(metadata).toMatchObject({
    status: "active",
    liveness: { status: "lost", reason: "Its process 7 is gone.", waitingFor: null, since: expect.any(String) },
  });
  expect(state.agents).toMatchObject([{ status: "failed" }]);
  expect((await it.text()).filter((line) => line.includes('status="lost"'))).toHaveLength(1);
  const head = await it.store.head("s-1");
  await it.watch.sweep();
  expect(await it.store.head("s-1")).toBe(head);
});

test("takes a later process of the same pid for another one", async () => {
  const it = watched();
  await it.send(prompt("p"));
  it.watch.watch("s-1", it.watch.processOf({ pid: 7, host: "here" }));
  it.alive.set(7, "t1");
  await it.watch.sweep();
  expect((await it.liveness()).status).toBe("lost");
});

test("brings a lost session back by whatever comes later, the true result of its call with it", async () => {
  const it = watched();
  await it.send(prompt("p"), pre("a"));
  it.watch.watch("s-1");
  it.pass(31 * minute);
  await it.watch.sweep();
  expect((await it.liveness()).status).toBe("lost");
  await it.send(post("a"));
  expect(await it.liveness()).toMatchObject({ status: "running", reason: null });
  expect(
    (await it.text()).filter((line) => line.startsWith("tool_result")).map((line) => /status="(\w+)"/.exec(line)![1]),
  ).toEqual(["lost", "ok"]);
});

test("leaves a silent session alone that waits, is idle, or whose process is there", async () => {
  for (const last of [permission("a"), stop("x")]) {
    const it = watched();
    await it.send(prompt("p"), pre("a"), last);
    it.watch.watch("s-1");
    it.pass(600 * minute);
    await it.watch.sweep();
    expect((await it.liveness()).status).not.toBe("lost");
  }
  const it = watched();
  await it.send(prompt("p"));
  it.watch.watch("s-1", it.watch.processOf({ pid: 7, host: "here" }));
  it.pass(600 * minute);
  await it.watch.sweep();
  expect((await it.liveness()).status).toBe("running");
});

test("loses a session that was idle when it was last looked at, and fell silent at work since", async () => {
  const it = watched();
  await it.send(prompt("p"), stop("x"));
  it.watch.watch("s-1");
  it.pass(31 * minute);
  await it.watch.sweep();
  await it.send(prompt("q"));
  it.watch.heard("s-1");
  it.pass(29 * minute);
  await it.watch.sweep();
  expect((await it.liveness()).status).toBe("running");
  it.pass(2 * minute);
  await it.watch.sweep();
  expect((await it.liveness()).status).toBe("lost");
});

test("loses a session whose heartbeats stay away, also one that waits, and stores no event for each beat", async () => {
  const it = watched();
  await it.send(prompt("p"), pre("a"), permission("a"));
  await it.watch.beat("s-1", {});
  const head = await it.store.head("s-1");
  for (let n = 0; n < 10; n++) {
    it.pass(30_000);
    expect((await it.watch.beat("s-1", {})).status).toBe("waiting");
    await it.watch.sweep();
  }
  expect(await it.store.head("s-1")).toBe(head);
  it.pass(101_000);
  await it.watch.sweep();
  expect(await it.liveness()).toMatchObject({ status: "lost", reason: "No heartbeat for 101 s." });
  expect(await it.watch.beat("s-1", {})).toMatchObject({ status: "running", reason: null });
});

test("keeps a session whose heartbeats stay away while it is written to", async () => {
  const it = watched();
  await it.store.append("s-1", [{ type: "session_created", data: {} }]);
  it.watch.start();
  await it.watch.beat("s-1", {});
  for (let turn = 0; turn < 4; turn++) {
    it.pass(minute);
    await it.store.append("s-1", [{ type: "action", data: { type: "note" } }]);
  }
  await it.watch.sweep();
  expect((await it.liveness()).status).toBe("running");
  it.pass(2 * minute);
  await it.watch.sweep();
  expect((await it.liveness()).status).toBe("lost");
  await it.watch.close();
});

test("watches no process of another machine, and none that is not there", () => {
  const { watch } = watched();
  expect(watch.processOf({ pid: 7, host: "elsewhere" })).toBeUndefined();
  expect(watch.processOf({ pid: 7 })).toBeUndefined();
  expect(watch.processOf({ pid: 8, host: "here" })).toBeUndefined();
  expect(watch.processOf({ pid: NaN, host: "here" })).toBeUndefined();
});

test("watches on after a restart of the server", async () => {
  const store = createMemoryStore();
  const before = watched({ store });
  const process = before.watch.processOf({ pid: 7, host: "here" })!;
  await before.sendAs({ process }, prompt("p"));
  const after = watched({ store });
  after.alive.delete(7);
  after.watch.start();
  await expect.poll(() => after.timers.length).toBe(1);
  await after.watch.sweep();
  expect((await after.liveness()).status).toBe("lost");
});

test("watches no process after a restart that was gone before", async () => {
  const store = createMemoryStore();
  const before = watched({ store });
  const process = before.watch.processOf({ pid: 7, host: "here" })!;
  await before.sendAs({ process }, prompt("p"));
  before.watch.watch("s-1", process);
  before.alive.delete(7);
  await before.watch.sweep();
  await before.send(prompt("q"));
  const after = watched({ store });
  after.alive.delete(7);
  after.watch.start();
  await expect.poll(() => after.timers.length).toBe(1);
  await after.watch.sweep();
  expect((await after.liveness()).status).toBe("running");
});

test("watches no session that ended, and none that a person writes", async () => {
  const it = watched();
  await it.send(prompt("p"), hook("SessionEnd", { reason: "other" }));
  await it.store.append("mine", [{ type: "action", data: { type: "note" } }]);
  it.watch.start();
  await expect.poll(() => it.timers.length).toBe(1);
  it.pass(600 * minute);
  await it.watch.sweep();
  expect([(await it.liveness()).status, await it.store.head("mine")]).toEqual(["ended", 2]);
});

test("notices within a sweep that a real process was killed", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  await once(child, "spawn");
  await using server = await startTestServer({ agents: { limits: { sweep: 10 } } });
  const headers = { "x-claude-sessions-pid": String(child.pid), "x-claude-sessions-host": hostname() };
  await server.call("POST", "/hooks/claude-code", { session_id: "s-1", ...prompt("p") }, { headers });
  await server.call("POST", "/hooks/claude-code", { session_id: "s-1", ...pre("a") });
  child.kill("SIGKILL");
  await once(child, "exit");
  const status = async () => (await server.call("GET", "/api/sessions/s-1")).body.metadata.liveness.status;
  await expect.poll(status).toBe("lost");
});

test("answers a heartbeat with the session's liveness, and 404 where there is no session", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/actions/s-1", { type: "x" });
  const { status, body } = await server.call("POST", "/api/sessions/s-1/heartbeat", {
    pid: process.pid,
    host: hostname(),
  });
  expect([status, body]).toMatchObject([200, { sessionId: "s-1", liveness: { status: "running", pid: process.pid } }]);
  expect((await server.call("POST", "/api/sessions/s-1/heartbeat")).status).toBe(200);
  expect((await server.call("POST", "/api/sessions/s-2/heartbeat", {})).body.code).toBe("session_not_found");
  expect((await server.call("POST", "/api/sessions/s-1/heartbeat", { pid: -1 })).body.code).toBe("invalid_input");
});
