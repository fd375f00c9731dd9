import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { SessionStore } from "../session-store.js";
import { action, rejectionCode } from "../suite/under-test.js";
import {
  allEvents,
  allFeed,
  copyStore,
  FaultyFs,
  findingsOf,
  gapless,
  openStore,
  segmentsOf,
  seqsOf,
  sessionFile,
  testFolder,
  type Call,
  type Fault,
} from "./testing.js";

/** A store whose disk can fail, with a session `s` of 3 events in it. */
async function faultyStore(options: { segmentBytes?: number; snapshotIntervalMs?: number } = {}) {
  const disk = new FaultyFs();
  const opened = await openStore(testFolder(), { io: disk.io, snapshotIntervalMs: 3_600_000, ...options });
  await opened.store.append("s", [action({ n: 1 }), action({ n: 2 })]);
  return { disk, ...opened };
}

/** What is the case after any fault: nothing acknowledged is missing, here, after a crash and after a restart. */
async function expectWhole(
  store: SessionStore,
  path: string,
  sessionId: string,
  eventIds: readonly string[],
): Promise<void> {
  const check = async (checked: SessionStore) => {
    const events = await allEvents(checked, sessionId);
    expect(seqsOf(events)).toEqual(gapless(events.length));
    const stored = events.map(({ eventId }) => eventId);
    expect(new Set(stored).size).toBe(stored.length);
    expect(stored).toEqual(expect.arrayContaining([...eventIds]));
    expect((await checked.readSession(sessionId))?.metadata.eventCount).toBe(events.length);
    return events;
  };
  const events = await check(store);
  const crashed = copyStore(path);
  const { store: afterCrash } = await openStore(crashed);
  expect(await check(afterCrash)).toEqual(events);
  await afterCrash.close();
  expect(await findingsOf(crashed)).toEqual([]);
  await store.close();
  expect(await findingsOf(path)).toEqual([]);
  expect(segmentsOf(path)).toEqual([]);
  const { store: reopened } = await openStore(path);
  expect(await check(reopened)).toEqual(events);
}

/** A call on the files whose paths end so fails with an error, or takes so many bytes. */
function failing(call: Call, ending: string, verdict: string | number): Fault {
  return (made, path) => (made === call && path.endsWith(ending) ? verdict : undefined);
}

describe("a disk that fails", () => {
  test.each([
    ["is full for the journal", "the disk is full", failing("writev", ".journal", "ENOSPC")],
    ["cannot make the journal durable", "the disk reports errors", failing("dsync", ".journal", "EIO")],
    ["has become read-only", "the file system is read-only", failing("writev", ".journal", "EROFS")],
    ["is full for the session files", "the disk is full", failing("writeSync", "actions.jsonl", "ENOSPC")],
    ["is full for the feed", "the disk is full", failing("writeSync", "newer.log", "ENOSPC")],
    ["takes no bytes", "the disk is full", failing("writev", "", 0)],
  ])(
    "and %s refuses writes, says why, answers reads, and takes writes again by itself",
    async (_name, reason, fault) => {
      const { disk, store, path } = await faultyStore();
      const cursor = store.feedHead();
      const before = await allEvents(store, "s");
      disk.fault = fault;
      const lost = [
        store.append("first", [{ type: "goal_added", data: { goalId: "g" } }]),
        store.append("s", [action({}, { eventId: "lost" })]),
        store.append("new", [action({}, { eventId: "new" })]),
      ];
      expect(new Set(await Promise.all(lost.map(rejectionCode)))).toEqual(new Set(["storage_unavailable"]));
      expect(store.feedHead()).toBe(cursor);
      expect(await store.readFeed(cursor, 10)).toMatchObject({ count: 0, more: false });
      expect(store.status()).toMatchObject({ writable: false, reason });
      expect(await rejectionCode(store.append("s", [action({}, { eventId: "refused" })]))).toBe("storage_unavailable");
      expect(await allEvents(store, "s")).toEqual(before);
      expect(await store.readSession("new")).toBeUndefined();

      disk.fault = undefined;
      await vi.waitFor(() => expect(store.status()).toMatchObject({ writable: true, reason: null }), 5000);
      const retried = await store.append("s", [action({}, { eventId: "lost" }), action({}, { eventId: "later" })]);
      await store.append("new", [action({}, { eventId: "new" })]);
      expect(retried.events.map(({ eventId }) => eventId)).toEqual(["lost", "later"]);
      expect((await allEvents(store, "s")).filter(({ eventId }) => eventId === "lost")).toHaveLength(1);
      expect((await allEvents(store, "new")).filter(({ eventId }) => eventId === "new")).toHaveLength(1);
      expect((await allFeed(store, cursor)).filter(({ type }) => type === "action")).toHaveLength(3);
      await expectWhole(store, path, "s", ["lost", "later"]);
    },
  );

  test("is never asked twice to make the same bytes durable", async () => {
    const { disk, store, path } = await faultyStore();
    let failures = 0;
    disk.fault = (call, file) =>
      call === "dsync" && file.endsWith(".journal") && failures++ === 0 ? "EIO" : undefined;
    expect(await rejectionCode(store.append("s", [action({ mark: "not durable" })]))).toBe("storage_unavailable");
    const failed = disk.calls.length;
    await store.append("s", [action({}, { eventId: "later" })]);
    const since = disk.calls.slice(failed).filter((call) => call.includes(".journal"));
    expect(since.map((call) => call.split(" ")[0])).toEqual([
      "ftruncateSync",
      "fsyncSync",
      "openSync",
      "writev",
      "dsync",
    ]);
    const bytes = segmentsOf(path).map((segment) => fs.readFileSync(segment, "utf8"));
    expect(bytes.join("")).not.toContain("not durable");
    await expectWhole(store, path, "s", ["later"]);
  });

  test("and takes a few bytes at a time is written to until all is there", async () => {
    const { disk, store, path } = await faultyStore({ snapshotIntervalMs: 1 });
    disk.fault = (call) => (call === "writev" || call === "writeSync" ? 7 : undefined);
    await store.append("s", [action({ text: "x".repeat(500) }, { eventId: "long" })]);
    await store.append("t", [{ type: "session_finalized", data: {}, eventId: "t" }]);
    await expectWhole(store, path, "s", ["long"]);
  });

  test("and fails in the middle of a group keeps what was acknowledged from the groups before", async () => {
    const { disk, store, path } = await faultyStore();
    let written = 0;
    disk.fault = (call, file) =>
      call === "writev" && file.endsWith(".journal") && ++written > 3 ? (written === 4 ? 20 : "ENOSPC") : undefined;
    const appends = Array.from({ length: 200 }, async (_, n) => {
      await vi.waitFor(() => undefined);
      return store.append(n % 3 === 0 ? "s" : `s${n % 7}`, [action({ n }, { eventId: `e-${n}` })]);
    });
    const answers = await Promise.allSettled(appends);
    disk.fault = undefined;
    const kept = answers.flatMap((answer, n) => (answer.status === "fulfilled" && n % 3 === 0 ? [`e-${n}`] : []));
    await store.append("s", [action({}, { eventId: "after" })]);
    await expectWhole(store, path, "s", [...kept, "after"]);
  });

  test("and has no room for snapshots goes on taking events, and writes them later", async () => {
    const { disk, store, path, notices } = await faultyStore({ snapshotIntervalMs: 1 });
    disk.fault = (call, file) => (call === "openSync" && file.endsWith(".json.tmp") ? "ENOSPC" : undefined);
    await store.append("s", [{ type: "state_updated", data: { phase: "on" } }]);
    await vi.waitFor(() => expect(notices.some(({ message }) => message.includes("snapshot"))).toBe(true));
    expect(store.status().writable).toBe(true);
    await store.append("s", [action({}, { eventId: "later" })]);
    disk.fault = undefined;
    await expectWhole(store, path, "s", ["later"]);
    expect(JSON.parse(fs.readFileSync(sessionFile(path, "s", "state.json"), "utf8"))).toMatchObject({
      phase: "on",
      seq: 5,
    });
  });
});

describe("a disk that works again", () => {
  test("leaves no journal behind a close, though nothing was written since", async () => {
    const { disk, store, path } = await faultyStore();
    disk.fault = failing("dsync", ".journal", "EIO");
    expect(await rejectionCode(store.append("s", [action()]))).toBe("storage_unavailable");
    disk.fault = undefined;
    await vi.waitFor(() => expect(store.status().writable).toBe(true), 5000);
    await store.close();
    expect(segmentsOf(path)).toEqual([]);
    expect(await findingsOf(path)).toEqual([]);
  });
});

describe("a checkpoint that fails", () => {
  test("writes the files again from the journal before it trusts them", async () => {
    const { disk, store, path, notices } = await faultyStore({ segmentBytes: 2000 });
    const file = sessionFile(path, "s", "actions.jsonl");
    let failures = 0;
    disk.fault = (call, failing) => (call === "fsync" && failing === file && failures++ === 0 ? "EIO" : undefined);
    await store.append("s", [action({ text: "x".repeat(3000) }, { eventId: "big" })]);
    await vi.waitFor(() => expect(notices.some(({ message }) => message.includes("checkpoint failed"))).toBe(true));
    const failed = disk.calls.findLastIndex((call) => call === `fsync ${file}`);
    await store.append("s", [action({}, { eventId: "later" })]);
    const since = disk.calls.slice(failed + 1);
    const [rewritten, synced] = [since.indexOf(`writeSync ${file}`), since.indexOf(`fsync ${file}`)];
    expect(rewritten).toBeGreaterThanOrEqual(0);
    expect(rewritten).toBeLessThan(synced);
    await expectWhole(store, path, "s", ["big", "later"]);
  });

  test("keeps the journal while the disk fails, also over a close", async () => {
    const { disk, store, path } = await faultyStore();
    await store.append("s", [action({}, { eventId: "kept" })]);
    disk.fault = (call, file) => (call === "fsync" && file.endsWith(".jsonl") ? "EIO" : undefined);
    await store.close();
    expect(segmentsOf(path)).not.toEqual([]);
    fs.truncateSync(sessionFile(path, "s", "actions.jsonl"), 0);
    const { store: reopened } = await openStore(path);
    await expectWhole(reopened, path, "s", ["kept"]);
  });
});

describe("a removal that fails", () => {
  test.each([
    ["before it is durable", failing("dsync", ".journal", "EIO"), 4],
    ["behind the journal", failing("renameSync", "", "EIO"), 0],
    ["behind the folder", failing("writeSync", "newer.log", "ENOSPC"), 0],
  ])("%s leaves the session whole or gone, and what is appended next is kept", async (_name, fault, headAfter) => {
    const { disk, store, path } = await faultyStore();
    await store.append("s", [action({}, { eventId: "old" })]);
    const cursor = store.feedHead();
    disk.fault = fault;
    expect(await rejectionCode(store.delete("s"))).toBe("storage_unavailable");
    disk.fault = undefined;
    const { events } = await store.append("s", [action({}, { eventId: "next" })]);
    expect(events[0]?.seq).toBe(headAfter === 0 ? 2 : headAfter + 1);
    const removals = (await allFeed(store, cursor)).filter(({ type }) => type === "session_deleted");
    expect(removals).toHaveLength(headAfter === 0 ? 1 : 0);
    await expectWhole(store, path, "s", ["next"]);
  });
});

function canMount(folder: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("a small disk", () => {
  test("that is really full refuses writes until there is room, and loses nothing", async ({ skip }) => {
    const folder = testFolder();
    if (!canMount(folder)) skip("needs the right to mount a small file system");
    onTestFinished(() => void execFileSync("umount", ["-l", folder]));
    const path = join(folder, "store");
    const ballast = join(folder, "ballast");
    fs.writeFileSync(ballast, Buffer.alloc(1_600_000));
    const { store } = await openStore(path);
    const kept: string[] = [];
    for (let n = 0, full = false; !full; n++) {
      const writes = Array.from({ length: 4 }, (_, m) =>
        store.append("s", [action({ text: "x".repeat(20_000) }, { eventId: `e-${n}-${m}` })]),
      );
      for (const answer of await Promise.allSettled(writes)) {
        if (answer.status === "fulfilled") kept.push(answer.value.events[0]!.eventId);
        else full = true;
      }
    }
    expect(kept.length).toBeGreaterThan(3);
    expect(store.status()).toMatchObject({ writable: false, reason: "the disk is full" });
    expect(await allEvents(store, "s")).toHaveLength(await store.head("s"));
    fs.rmSync(ballast);
    await store.append("s", [action({}, { eventId: "room" })]);
    await expectWhole(store, path, "s", [...kept, "room"]);
  });
});
