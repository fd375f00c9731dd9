import fs from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { action, rejectionCode } from "../suite/under-test.js";
import {
  allEvents,
  allFeed,
  copyStore,
  FaultyFs,
  findingsOf,
  gapless,
  openStore,
  seqsOf,
  sessionFile,
  testFolder,
} from "./testing.js";

test("a delete and an append that come together leave the session whole, in either order", async () => {
  const { store, path } = await openStore(testFolder(), { snapshotIntervalMs: 1 });
  const cursor = store.feedHead();
  for (let n = 0; n < 30; n++) {
    const calls = [
      () => store.delete("s"),
      () => store.append("s", [action({ n }, { eventId: `e-${n}` })]),
      () => store.append("s", () => [{ type: "goal_added", data: { goalId: `g-${n}` } }]),
      () => store.delete("s"),
      () => store.append("s", [action({ n })]),
    ];
    const started = calls
      .slice(n % 5)
      .concat(calls.slice(0, n % 5))
      .map((call) => call());
    await Promise.all(started);
    expect(seqsOf(await allEvents(store, "s"))).toEqual(gapless(await store.head("s")));
  }
  const events = await allEvents(store, "s");
  const feed = await allFeed(store, cursor);
  const lastLife = feed.slice(feed.findLastIndex(({ type }) => type === "session_deleted") + 1);
  expect(lastLife.map(({ seq }) => seq)).toEqual(seqsOf(events));
  const { store: crashed } = await openStore(copyStore(path));
  expect(await allEvents(crashed, "s")).toEqual(events);
  await store.close();
  expect(await findingsOf(path)).toEqual([]);
});

test("one of two deletes at the same time finds the session", async () => {
  const { store } = await openStore(testFolder());
  await store.append("s", [action()]);
  expect((await Promise.all([store.delete("s"), store.delete("s")])).toSorted()).toEqual([false, true]);
  expect(await store.delete("s")).toBe(false);
});

test("a delete while ids are being read lets the append begin anew", async () => {
  const { store, path } = await openStore(testFolder());
  await store.append(
    "s",
    Array.from({ length: 5000 }, () => action()),
  );
  await store.close();
  const { store: reopened } = await openStore(path);
  const append = reopened.append("s", [action({}, { eventId: "e" })]);
  const [{ events }] = await Promise.all([append, reopened.delete("s")]);
  expect([2, 5002]).toContain(events[0]!.seq);
  expect(seqsOf(await allEvents(reopened, "s"))).toEqual(gapless(await reopened.head("s")));
});

test("what is deleted does not come back after a crash before its folder is gone", async () => {
  const { store, path } = await openStore(testFolder());
  await store.append("s", [action(), action()]);
  await store.append("kept", [action()]);
  const before = copyStore(path);
  await store.delete("s");
  await store.append("s", [action({ n: "again" })]);
  const crashed = copyStore(path);
  // As after a power cut: the journal has it all, the folders are those of before.
  fs.rmSync(join(crashed, "sessions"), { recursive: true });
  fs.cpSync(join(before, "sessions"), join(crashed, "sessions"), { recursive: true });
  const { store: reopened } = await openStore(crashed);
  expect((await allEvents(reopened, "s")).map(({ data }) => data["n"])).toEqual([undefined, "again"]);
  expect(await reopened.stats()).toMatchObject({ total: 2, events: 4 });
  await reopened.close();
  expect(await findingsOf(crashed)).toEqual([]);
});

test("a session that could not be made is not there, for decisions either", async () => {
  const disk = new FaultyFs();
  const { store, path } = await openStore(testFolder(), { io: disk.io });
  disk.fault = (call, file) => (call === "openSync" && file.endsWith("changes.jsonl") ? "ENOSPC" : undefined);
  expect(await rejectionCode(store.append("s", [{ type: "session_created", data: {} }]))).toBe("storage_unavailable");
  disk.fault = undefined;
  const seen: unknown[] = [];
  expect(await rejectionCode(store.append("s", [action()], { implicit: false }))).toBe("session_not_found");
  await store.append("s", (session) => {
    seen.push(session);
    return [{ type: "session_created", data: { userId: "ann" } }];
  });
  expect(seen).toEqual([undefined]);
  expect(await store.head("s")).toBe(1);
  await store.close();
  expect(await findingsOf(path)).toEqual([]);
});

test("a listener that throws holds up nobody", async () => {
  const { store, notices } = await openStore(testFolder());
  const heads: number[] = [];
  store.onCommit(() => {
    throw new Error("a broken listener");
  });
  store.onCommit((hint) => heads.push(hint.heads.get("s") ?? 0));
  await store.append("s", [action()]);
  await store.append("s", [action()]);
  expect(heads).toEqual([2, 3]);
  expect(notices).toMatchObject([{ level: "error" }, { level: "error" }]);
});

test("a closed store refuses writes, and a close that is asked for twice is one", async () => {
  const { store, path } = await openStore(testFolder());
  const append = store.append("s", [action()]);
  await Promise.all([store.close(), store.close()]);
  expect(await rejectionCode(store.append("s", [action()]))).toBe("shutting_down");
  expect(await rejectionCode(store.delete("s"))).toBe("shutting_down");
  expect(
    await append.then(
      () => "stored",
      () => "refused",
    ),
  ).toBe("stored");
  expect(fs.existsSync(sessionFile(path, "s", "state.json"))).toBe(true);
  expect(await findingsOf(path)).toEqual([]);
});

test("relaxed durability asks for no fsync per group and survives a crash of the process", async () => {
  const disk = new FaultyFs();
  const { store, path } = await openStore(testFolder(), { durability: "relaxed", io: disk.io });
  await store.append("s", [action()]);
  expect(disk.calls.filter((call) => call.startsWith("dsync"))).toEqual([]);
  const { store: reopened } = await openStore(copyStore(path));
  expect(seqsOf(await allEvents(reopened, "s"))).toEqual([1, 2]);
});
