import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { SessionStore } from "../session-store.js";
import { action } from "../suite/under-test.js";
import { Feed } from "./feed.js";
import { restOf, scanSegment } from "./journal-format.js";
import { layoutOf } from "./layout.js";
import { loadSession } from "./load-session.js";
import type { Notice } from "./notice.js";
import { recover, type RecoveryReport } from "./recovery.js";
import {
  allEvents,
  allFeed,
  copyStore,
  cutBlanks,
  findingsOf,
  gapless,
  openStore,
  segmentsOf,
  seqsOf,
  sessionFile,
  testFolder,
  unsyncedFs,
} from "./testing.js";

/** Three sessions, several commits: what a crash leaves, with everything in the journal and in the session files. */
async function writtenStore(options: { segmentBytes?: number } = {}): Promise<{ path: string; store: SessionStore }> {
  const { store, path } = await openStore(testFolder(), { snapshotIntervalMs: 3_600_000, ...options });
  for (let n = 0; n < 4; n++) {
    await Promise.all([
      store.append("a", [action({ n }), { type: "response", data: { type: "text", n } }]),
      store.append("b", [action({ n }), { type: "state_updated", data: { phase: `phase-${n}` } }]),
    ]);
  }
  await store.append("c", [action({ n: 0 })]);
  await store.append("a", [{ type: "goal_added", data: { goalId: "g" } }]);
  return { path, store };
}

async function recoverFolder(path: string, notices: Notice[] = []): Promise<RecoveryReport> {
  const layout = layoutOf(path);
  const feed = new Feed({
    folder: layout.feed,
    io: unsyncedFs,
    maxBytes: 64 * 1024 * 1024,
    createEpoch: () => "epoch",
  });
  try {
    return await recover({ layout, feed, io: unsyncedFs, notify: (notice) => notices.push(notice) });
  } finally {
    feed.close();
  }
}

/** The last seq of each session in the whole groups of a segment's first `size` bytes. */
function headsWithin(segment: Buffer): Map<string, number> {
  const heads = new Map<string, number>();
  for (const { records } of scanSegment(segment)) {
    for (const record of records) if ("last" in record) heads.set(record.sessionId, record.last);
  }
  return heads;
}

function headsOf(path: string): Map<string, number> {
  const heads = new Map<string, number>();
  for (const name of fs.readdirSync(join(path, "sessions"))) {
    const loaded = loadSession(join(path, "sessions"), name);
    if (loaded) heads.set(name, loaded.head);
  }
  return heads;
}

function restore(from: string, to: string): void {
  fs.rmSync(to, { recursive: true, force: true });
  copyStore(from, to);
}

describe("a journal that is cut", () => {
  test("at any byte gives the whole groups before the cut, and clean files", async () => {
    const { path, store } = await writtenStore();
    const crashed = copyStore(path);
    cutBlanks(crashed);
    await store.close();
    // A power cut: the journal alone is durable, nothing of the session files is.
    fs.rmSync(join(crashed, "sessions"), { recursive: true });
    fs.mkdirSync(join(crashed, "sessions"));
    fs.rmSync(join(crashed, "feed", "newer.log"));
    const segment = fs.readFileSync(segmentsOf(crashed)[0]!);
    const groups = [...scanSegment(segment)];
    expect(groups.length).toBeGreaterThan(4);
    const last = groups.at(-2)!.end;
    for (let size = groups.at(-3)!.end - 1; size <= segment.length; size += size < last ? 5 : 1) {
      for (const name of fs.readdirSync(join(crashed, "sessions")))
        fs.rmSync(join(crashed, "sessions", name), { recursive: true });
      fs.writeFileSync(join(crashed, "journal", "00000001.journal"), segment.subarray(0, size));
      const report = await recoverFolder(crashed);
      expect(headsOf(crashed), `cut at ${size}`).toEqual(headsWithin(segment.subarray(0, size)));
      const whole = groups.findLast(({ end }) => end <= size)?.end ?? 0;
      expect(report.tornBytes).toBe(restOf(segment.subarray(0, size), whole).length);
      if (size % 11 === 0) expect(await findingsOf(crashed), `cut at ${size}`).toEqual([]);
      expect(segmentsOf(crashed)).toEqual([]);
    }
  });

  test("at any byte, with the blanks behind it that were written ahead, is torn and not damaged", async () => {
    const { path, store } = await writtenStore();
    const crashed = copyStore(path);
    await store.close();
    const [file] = segmentsOf(crashed) as [string];
    const segment = fs.readFileSync(file);
    const [whole, end] = [...scanSegment(segment)].slice(-2).map((group) => group.end) as [number, number];
    expect(segment.length).toBeGreaterThan(end + 1000);
    for (let size = whole; size <= end; size++) {
      const cut = Buffer.concat([segment.subarray(0, size), Buffer.alloc(5000)]);
      fs.writeFileSync(join(crashed, "journal", "00000001.journal"), cut);
      expect(await recoverFolder(crashed), `cut at ${size}`).toMatchObject({ damaged: [] });
    }
  });

  test("loses nothing that reached the session files", async () => {
    const { path, store } = await writtenStore();
    const crashed = copyStore(path);
    cutBlanks(crashed);
    await store.close();
    const target = testFolder();
    const segment = fs.readFileSync(segmentsOf(crashed)[0]!);
    for (let size = 0; size <= segment.length; size += 151) {
      restore(crashed, target);
      fs.truncateSync(segmentsOf(target)[0]!, size);
      await recoverFolder(target);
      expect(headsOf(target)).toEqual(
        new Map([
          ["a", 10],
          ["b", 9],
          ["c", 2],
        ]),
      );
      expect(await findingsOf(target)).toEqual([]);
    }
  });

  test("is opened, written to and closed clean", async () => {
    const { path, store } = await writtenStore();
    const crashed = copyStore(path);
    cutBlanks(crashed);
    await store.close();
    fs.truncateSync(segmentsOf(crashed)[0]!, fs.statSync(segmentsOf(crashed)[0]!).size - 3);
    fs.rmSync(sessionFile(crashed, "a", "changes.jsonl"));
    const { store: reopened, notices } = await openStore(crashed);
    expect(notices).toMatchObject([{ level: "info", detail: { tornBytes: expect.any(Number) as number } }]);
    expect(seqsOf(await allEvents(reopened, "a"))).toEqual(gapless(9));
    const { events } = await reopened.append("a", [action({ n: "later" })]);
    expect(events).toMatchObject([{ seq: 10 }]);
    await reopened.close();
    expect(await findingsOf(crashed)).toEqual([]);
  });
});

describe("session files behind a whole journal", () => {
  const damages: Record<string, (path: string, from: number) => void> = {
    cut: (path, from) => fs.truncateSync(path, from),
    zeroed: (path, from) => {
      const bytes = fs.readFileSync(path);
      fs.writeFileSync(path, bytes.fill(0, from));
    },
    "cut and filled with another page": (path, from) => {
      const bytes = fs.readFileSync(path);
      fs.writeFileSync(path, bytes.fill("x\n", from));
    },
  };

  test.each(Object.keys(damages))("that are %s at any byte come back as they were", async (kind) => {
    const { path, store } = await writtenStore();
    const crashed = copyStore(path);
    cutBlanks(crashed);
    await store.close();
    const target = testFolder();
    const files = ["actions.jsonl", "responses.jsonl", "changes.jsonl"].map((name) => join("sessions", "a", name));
    const whole = files.map((file) => fs.readFileSync(join(crashed, file)));
    const shortest = Math.min(...whole.map(({ length }) => length));
    const step = kind === "cut" ? 1 : 7;
    restore(crashed, target);
    for (let missing = 1; missing <= shortest; missing += missing < 130 ? step : 41) {
      fs.copyFileSync(segmentsOf(crashed)[0]!, join(target, "journal", "00000001.journal"));
      files.forEach((file, index) => damages[kind]!(join(target, file), whole[index]!.length - missing));
      await recoverFolder(target);
      files.forEach((file, index) =>
        expect(fs.readFileSync(join(target, file)).equals(whole[index]!), `${file} without ${missing}`).toBe(true),
      );
    }
    expect(await findingsOf(target)).toEqual([]);
  });

  test("come back behind a checkpoint: what it made durable stays, the rest is written again", async () => {
    const { path, store } = await writtenStore();
    await store.close();
    const { store: again } = await openStore(path, { snapshotIntervalMs: 3_600_000 });
    await again.append("a", [action({ n: "behind" }), action({ n: "and behind" })]);
    const crashed = copyStore(path);
    const file = sessionFile(crashed, "a", "actions.jsonl");
    const whole = fs.readFileSync(file);
    const durable = whole.indexOf('"behind"');
    const target = testFolder();
    for (let size = whole.lastIndexOf(0x0a, durable) + 1; size < whole.length; size += 5) {
      restore(crashed, target);
      fs.truncateSync(sessionFile(target, "a", "actions.jsonl"), size);
      await recoverFolder(target);
      expect(fs.readFileSync(sessionFile(target, "a", "actions.jsonl"))).toEqual(whole);
    }
  });

  test("are left alone where the journal has been put onto them already", async () => {
    const { path, store } = await writtenStore();
    const crashed = copyStore(path);
    cutBlanks(crashed);
    await store.close();
    const segment = fs.readFileSync(segmentsOf(crashed)[0]!);
    const before = headsOf(crashed);
    for (let time = 0; time < 2; time++) {
      await recoverFolder(crashed);
      expect(headsOf(crashed)).toEqual(before);
      fs.writeFileSync(join(crashed, "journal", "00000001.journal"), segment);
    }
    await recoverFolder(crashed);
    expect(await findingsOf(crashed)).toEqual([]);
    const { store: reopened } = await openStore(crashed);
    const start = `${reopened.feedHead().split(".")[0]}.0`;
    expect(await allFeed(reopened, start)).toHaveLength(21);
  });
});

describe("a journal that is damaged", () => {
  test("at any byte of its last group gives the groups before, and says so", async () => {
    const { path, store } = await writtenStore();
    const crashed = copyStore(path);
    cutBlanks(crashed);
    await store.close();
    fs.rmSync(join(crashed, "sessions"), { recursive: true });
    fs.mkdirSync(join(crashed, "sessions"));
    const segment = fs.readFileSync(segmentsOf(crashed)[0]!);
    const [previous, last] = [...scanSegment(segment)].slice(-2).map(({ end }) => end) as [number, number];
    const target = testFolder();
    for (let at = previous; at < last; at += 3) {
      restore(crashed, target);
      const flipped = Buffer.from(segment);
      flipped[at]! ^= 0x10;
      fs.writeFileSync(segmentsOf(target)[0]!, flipped);
      const notices: Notice[] = [];
      const report = await recoverFolder(target, notices);
      expect(headsOf(target), `flipped at ${at}`).toEqual(headsWithin(segment.subarray(0, previous)));
      expect(report.tornBytes > 0 || report.damaged.length > 0).toBe(true);
      expect(notices.length).toBeGreaterThan(0);
      expect(await findingsOf(target)).toEqual([]);
    }
  });

  test("before its last group is told from one that is torn, and kept", async () => {
    const { path, store } = await writtenStore();
    const crashed = copyStore(path);
    await store.close();
    const before = headsOf(crashed);
    const segment = fs.readFileSync(segmentsOf(crashed)[0]!);
    const [start, end] = [...scanSegment(segment)].slice(1, 3).map((group) => group.end) as [number, number];
    for (let at = start; at < end; at += 13) {
      const target = copyStore(crashed);
      const zeroed = Buffer.from(segment).fill(0, at, at + 4);
      fs.writeFileSync(segmentsOf(target)[0]!, zeroed);
      expect((await recoverFolder(target)).damaged, `zeros at ${at}`).toEqual(["damaged/1-00000001.journal"]);
      expect(headsOf(target)).toEqual(before);
      expect(await findingsOf(target)).toEqual([]);
    }
  });

  test("in a segment before the last is reported, kept, and costs nothing that the session files hold", async () => {
    const { path } = await writtenStore();
    const crashed = copyStore(path);
    const [first] = segmentsOf(crashed);
    const bytes = fs.readFileSync(first!);
    const groups = [...scanSegment(bytes)];
    const middle = groups[2]!.end;
    // As two segments, the first of which has lost its end.
    fs.writeFileSync(first!, Buffer.concat([bytes.subarray(0, middle - 5), Buffer.from("#####")]));
    fs.writeFileSync(join(crashed, "journal", "00000002.journal"), bytes.subarray(middle));
    const before = headsOf(crashed);
    const { store, notices } = await openStore(crashed);
    expect(notices.filter(({ level }) => level === "error")).toMatchObject([
      { message: expect.stringContaining("damaged") as string },
    ]);
    expect(fs.readdirSync(join(crashed, "damaged"))).toHaveLength(1);
    for (const [session, head] of before) expect(seqsOf(await allEvents(store, session))).toEqual(gapless(head));
    await store.append("a", [action()]);
    await store.close();
    expect(await findingsOf(crashed)).toEqual([]);
  });
});
