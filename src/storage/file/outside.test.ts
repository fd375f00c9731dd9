import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { AppError } from "../../core/errors.js";
import type { NewEvent, SessionEvent } from "../../core/event.js";
import type { Appended, SessionStore } from "../session-store.js";
import { action, rejectionCode } from "../suite/under-test.js";
import {
  allEvents,
  allFeed,
  copyStore,
  findingsOf,
  gapless,
  openStore,
  seqsOf,
  sessionFile,
  testFolder,
} from "./testing.js";

interface Clock {
  now: number;
}

/** A store with a session `s` of 4 events; `clock` is what it takes for the time. */
async function writtenStore(options: { hotSessions?: number } = {}) {
  const clock: Clock = { now: Date.parse("2026-01-31T09:30:00.000Z") };
  const opened = await openStore(testFolder(), { now: () => clock.now, ...options });
  await opened.store.append("s", [
    action({ n: 1 }),
    { type: "response", data: { type: "text", n: 2 } },
    action({ n: 3 }),
  ]);
  return { ...opened, clock };
}

/** Appends as a client does: again, with the same ids, for as long as it is told to retry. */
async function appendPatiently(store: SessionStore, sessionId: string, events: readonly NewEvent[]): Promise<Appended> {
  for (;;) {
    try {
      return await store.append(sessionId, events);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "storage_unavailable") throw error;
    }
  }
}

/** The file as an editor saves it: a new file, moved into the place of the old. */
function saveAs(path: string, change: (text: string) => string): void {
  fs.writeFileSync(`${path}~`, change(fs.readFileSync(path, "utf8")));
  fs.renameSync(`${path}~`, path);
}

describe("a session folder that is removed from outside", () => {
  test("counts as deleted: readers find none, the feed says so, and it begins again at seq 1", async () => {
    const { store, path, clock, notices } = await writtenStore();
    const cursor = store.feedHead();
    fs.rmSync(join(path, "sessions", "s"), { recursive: true });
    clock.now += 2000;
    expect(await store.readSession("s")).toBeUndefined();
    expect(await rejectionCode(store.readPage("s", { of: "events", limit: 10 }))).toBe("session_not_found");
    const { events } = await store.append("s", [action({ n: "again" }, { eventId: "again" })]);
    expect(events).toMatchObject([{ seq: 2 }]);
    expect((await allFeed(store, cursor)).map(({ type }) => type)).toEqual([
      "session_deleted",
      "session_created",
      "action",
    ]);
    expect(notices).toMatchObject([{ level: "warn" }]);
    expect(await store.stats()).toMatchObject({ total: 1, events: 2 });

    const crashed = copyStore(path);
    await store.close();
    for (const folder of [crashed, path]) {
      const { store: reopened } = await openStore(folder);
      expect((await allEvents(reopened, "s")).map(({ data }) => data["n"])).toEqual([undefined, "again"]);
      await reopened.close();
      expect(await findingsOf(folder)).toEqual([]);
    }
  });

  test("is noticed by the next append, however soon that comes", async () => {
    const { store, path } = await writtenStore();
    const cursor = store.feedHead();
    fs.rmSync(join(path, "sessions", "s"), { recursive: true });
    const { events } = await appendPatiently(store, "s", [action({}, { eventId: "next" })]);
    expect(events).toMatchObject([{ eventId: "next", seq: 2 }]);
    expect((await allFeed(store, cursor)).map(({ type }) => type)).toEqual([
      "session_deleted",
      "session_created",
      "action",
    ]);
    expect(seqsOf(await allEvents(store, "s"))).toEqual([1, 2]);
    const crashed = copyStore(path);
    const { store: reopened } = await openStore(crashed);
    expect(await allEvents(reopened, "s")).toEqual(await allEvents(store, "s"));
  });

  test("while it is not in memory leaves nothing of its first life behind", async () => {
    const { store, path } = await writtenStore({ hotSessions: 1 });
    await store.append("other", [action()]);
    fs.rmSync(join(path, "sessions", "s"), { recursive: true });
    await store.append("s", [action({ n: "again" })]);
    const crashed = copyStore(path);
    await store.close();
    for (const folder of [crashed, path]) {
      const { store: reopened } = await openStore(folder);
      expect((await allEvents(reopened, "s")).map(({ data }) => data["n"])).toEqual([undefined, "again"]);
      await reopened.close();
      expect(await findingsOf(folder)).toEqual([]);
    }
  });

  test("between the last write and the close is not brought back", async () => {
    const { store, path } = await writtenStore();
    await store.append("other", [action()]);
    fs.rmSync(join(path, "sessions", "s"), { recursive: true });
    await store.close();
    expect(fs.existsSync(join(path, "sessions", "s"))).toBe(false);
    expect(await findingsOf(path)).toEqual([]);
    const { store: reopened } = await openStore(path);
    expect(await reopened.stats()).toMatchObject({ total: 1 });
  });
});

describe("a stream file that is changed from outside", () => {
  const changes: Record<string, (file: string) => void> = {
    "saved by an editor": (file) => saveAs(file, (text) => text),
    "saved with a line more": (file) => saveAs(file, (text) => `${text}{"what":"is this"}\n`),
    "saved with its last line gone": (file) =>
      saveAs(file, (text) => text.slice(0, text.lastIndexOf("\n", text.length - 2) + 1)),
    "saved empty": (file) => saveAs(file, () => ""),
    "cut in the middle of a line": (file) => fs.truncateSync(file, fs.statSync(file).size - 10),
    "cut to nothing": (file) => fs.truncateSync(file, 0),
    "given half a line": (file) => fs.appendFileSync(file, '{"seq":99,"timest'),
    "given whole lines": (file) => fs.appendFileSync(file, '{"type":"note"}\n{"seq":"x"}\n'),
    removed: (file) => fs.rmSync(file),
  };

  const kinds = Object.keys(changes);
  const sessionOf = (kind: string): string => kind.replaceAll(" ", "-");

  /** A store with a session for each kind of change. */
  async function storeOfAll() {
    const opened = await openStore(testFolder());
    for (const kind of kinds) {
      const events = [action({ n: 1 }), { type: "response", data: { type: "text", n: 2 } } as const, action({ n: 3 })];
      await opened.store.append(sessionOf(kind), events);
    }
    return opened;
  }

  async function logsOf(store: SessionStore) {
    const logs = new Map<string, SessionEvent[]>();
    for (const kind of kinds) logs.set(kind, await allEvents(store, sessionOf(kind)));
    return logs;
  }

  function changeAll(path: string): void {
    for (const kind of kinds) changes[kind]!(sessionFile(path, sessionOf(kind), "actions.jsonl"));
  }

  test("in any way is mended from the journal by the next append", async () => {
    const { store, path } = await storeOfAll();
    const before = await logsOf(store);
    for (const kind of kinds) {
      changes[kind]!(sessionFile(path, sessionOf(kind), "actions.jsonl"));
      const { events } = await appendPatiently(store, sessionOf(kind), [action({ n: 5 }, { eventId: "next" })]);
      expect(events, kind).toMatchObject([{ seq: 5 }]);
      const after = await allEvents(store, sessionOf(kind));
      expect(after.slice(0, 4), kind).toEqual(before.get(kind));
      expect(after.slice(4), kind).toMatchObject([{ seq: 5, eventId: "next" }]);
    }
    const after = await logsOf(store);
    const { store: reopened } = await openStore(copyStore(path));
    expect(await logsOf(reopened)).toEqual(after);
    await store.close();
    expect(await findingsOf(path)).toEqual([]);
  });

  test("in any way is mended from the journal by a checkpoint", async () => {
    const { store, path } = await storeOfAll();
    const before = await logsOf(store);
    changeAll(path);
    await store.close();
    const { store: reopened } = await openStore(path);
    expect(await logsOf(reopened)).toEqual(before);
    await reopened.close();
    expect(await findingsOf(path)).toEqual([]);
  });

  test("in any way behind a checkpoint loses nothing that is acknowledged later", async () => {
    const { store, path } = await storeOfAll();
    await store.close();
    const { store: again } = await openStore(path);
    for (const kind of kinds) {
      await again.append(sessionOf(kind), [{ type: "response", data: { type: "text" }, eventId: "first" }]);
      changes[kind]!(sessionFile(path, sessionOf(kind), "actions.jsonl"));
      await appendPatiently(again, sessionOf(kind), [action({ n: 6 }, { eventId: "second" })]);
    }
    const after = await logsOf(again);
    for (const [kind, events] of after) {
      expect(
        events.map(({ eventId }) => eventId),
        kind,
      ).toEqual(expect.arrayContaining(["first", "second"]));
      expect(new Set(seqsOf(events)).size, kind).toBe(events.length);
    }
    await again.close();
    const { store: reopened } = await openStore(path);
    expect(await logsOf(reopened)).toEqual(after);
  });

  test("keeps what somebody wrote into it in a file beside", async () => {
    const { store, path, clock } = await writtenStore();
    const file = sessionFile(path, "s", "actions.jsonl");
    fs.appendFileSync(file, "a note of mine\n");
    clock.now += 2000;
    await store.readSession("s");
    expect(fs.readFileSync(`${file}.torn`, "utf8")).toContain("a note of mine");
    await store.append("s", [action()]);
    expect(seqsOf(await allEvents(store, "s"))).toEqual(gapless(5));
  });

  test("under load is noticed at the next write, and no answer is lost", async () => {
    const { store, path } = await writtenStore();
    const file = sessionFile(path, "s", "actions.jsonl");
    const appends = Array.from({ length: 300 }, async (_, n) => {
      if (n % 60 === 30) saveAs(file, (text) => text);
      await appendPatiently(store, n % 2 === 0 ? "s" : "t", [action({ n }, { eventId: `e-${n}` })]);
    });
    await Promise.all(appends);
    const stored = [...(await allEvents(store, "s")), ...(await allEvents(store, "t"))].map(({ eventId }) => eventId);
    for (let n = 0; n < 300; n++) expect(stored.filter((id) => id === `e-${n}`)).toHaveLength(1);
    await store.close();
    expect(await findingsOf(path)).toEqual([]);
  });
});
