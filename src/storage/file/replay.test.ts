import fs from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { action, rejectionCode } from "../suite/under-test.js";
import {
  allEvents,
  copyStore,
  FaultyFs,
  findingsOf,
  gapless,
  openStore,
  seqsOf,
  sessionFile,
  testFolder,
} from "./testing.js";

/** What a crash leaves of a session of 5 events, the last two of which are in the journal. */
async function crashedStore(): Promise<string> {
  const path = testFolder();
  const { store } = await openStore(path);
  await store.append("s", [action({ n: 2 }), action({ n: 3 })]);
  await store.close();
  const { store: again } = await openStore(path);
  await again.append("s", [action({ n: 4 }), action({ n: 5 })]);
  return copyStore(path);
}

describe("a journal that is put onto a session's files", () => {
  test("adds what is missing behind the last event, over lines that are none", async () => {
    const path = await crashedStore();
    const file = sessionFile(path, "s", "actions.jsonl");
    const [first, ...others] = fs.readFileSync(file, "utf8").trimEnd().split("\n") as [string, ...string[]];
    const edited = [first.replace("{", '{ "edited":true,'), ...others.slice(0, 2), "garbage", "more garbage"].join(
      "\n",
    );
    fs.writeFileSync(file, `${edited}\n`);
    const { store, notices } = await openStore(path);
    expect(notices.map(({ message }) => message)).toContainEqual(expect.stringContaining("changed from outside"));
    expect(fs.readFileSync(file, "utf8")).toBe(`${edited}\n${others[2]}\n`);
    expect((await store.append("s", [action({ n: 6 })])).events).toMatchObject([{ seq: 6 }]);
  });

  test("adds all that it holds where the file is gone", async () => {
    const path = await crashedStore();
    fs.rmSync(sessionFile(path, "s", "actions.jsonl"));
    const { store } = await openStore(path);
    expect(seqsOf(await allEvents(store, "s"))).toEqual([1, 4, 5]);
    await store.close();
    expect(await findingsOf(path)).toMatchObject([{ problem: "seqs 2 to 3 are missing" }]);
  });
});

describe("a repeat of an event that is not durable yet", () => {
  test("is answered as the first, once that is durable", async () => {
    const { store } = await openStore(testFolder());
    await store.append("s", [action()]);
    const first = store.append("s", [action({ n: 1 }, { eventId: "e" })]);
    await nextTurn();
    const repeat = store.append("s", [action({ n: 2 }, { eventId: "e" })]);
    expect((await first).events).toMatchObject([{ seq: 3, duplicate: false }]);
    expect((await repeat).events).toMatchObject([{ seq: 3, duplicate: true }]);
    expect(seqsOf(await allEvents(store, "s"))).toEqual(gapless(3));
  });

  test("is refused with the first where that cannot be made durable", async () => {
    const disk = new FaultyFs();
    const { store } = await openStore(testFolder(), { io: disk.io });
    await store.append("s", [action()]);
    disk.fault = (call, path) => (call === "dsync" && path.endsWith(".journal") ? "EIO" : undefined);
    const first = rejectionCode(store.append("s", [action({ n: 1 }, { eventId: "e" })]));
    await nextTurn();
    const repeat = rejectionCode(store.append("s", [action({ n: 2 }, { eventId: "e" })]));
    expect(await Promise.all([first, repeat])).toEqual(["storage_unavailable", "storage_unavailable"]);
    disk.fault = undefined;
    const { events } = await store.append("s", [action({ n: 3 }, { eventId: "e" })]);
    expect(events).toMatchObject([{ seq: 3, duplicate: false }]);
  });
});

test("a decision that fails stores nothing, and its failure is told as it is", async () => {
  const { store } = await openStore(testFolder());
  await store.append("s", [action()]);
  const failure = new Error("undecided");
  const decide = (): never => {
    throw failure;
  };
  await expect(store.append("s", decide)).rejects.toBe(failure);
  expect(await store.head("s")).toBe(2);
  expect(store.status().writable).toBe(true);
});

test("a checkpoint that cannot open a session's file keeps the journal, and says so", async () => {
  const disk = new FaultyFs();
  const { store, path, notices } = await openStore(testFolder(), { io: disk.io, segmentBytes: 2000 });
  await store.append("s", [action({ n: 1 })]);
  const file = sessionFile(path, "s", "actions.jsonl");
  let failures = 0;
  disk.fault = (call, opened) => (call === "openSync" && opened === file && failures++ === 0 ? "EMFILE" : undefined);
  await store.append("s", [action({ text: "x".repeat(3000) }, { eventId: "big" })]);
  await expect
    .poll(() => notices.map(({ message }) => message))
    .toContainEqual(expect.stringContaining("checkpoint failed"));
  await store.append("s", [action({}, { eventId: "later" })]);
  await store.close();
  expect(failures).toBeGreaterThan(0);
  expect(await findingsOf(path)).toEqual([]);
});
