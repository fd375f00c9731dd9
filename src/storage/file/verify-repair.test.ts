import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { action } from "../suite/under-test.js";
import { repairStore, type Repair } from "./repair.js";
import {
  allEvents,
  copyStore,
  cutBlanks,
  findingsOf,
  gapless,
  openStore,
  seqsOf,
  sessionFile,
  testFolder,
} from "./testing.js";
import { verifyStore } from "./verify.js";

/** A closed store with a session `s` of 8 events. */
async function closedStore(): Promise<string> {
  const { store, path } = await openStore(testFolder());
  await store.append("s", [
    action({ n: 2 }),
    action({ n: 3 }),
    { type: "response", data: { type: "text", n: 4 } },
    action({ n: 5 }),
  ]);
  await store.append("s", [
    { type: "goal_added", data: { goalId: "g" } },
    { type: "state_updated", data: { phase: "p" } },
    { type: "session_finalized", data: {} },
  ]);
  await store.close();
  expect(await findingsOf(path)).toEqual([]);
  return path;
}

async function repairsOf(path: string): Promise<Repair[]> {
  const repairs: Repair[] = [];
  for await (const repair of repairStore(path)) repairs.push(repair);
  return repairs;
}

function edit(path: string, name: string, change: (text: string) => string | Buffer): void {
  const file = sessionFile(path, "s", name);
  fs.writeFileSync(file, change(fs.readFileSync(file, "utf8")));
}

const lines = (text: string): string[] => text.trimEnd().split("\n");
const joined = (list: readonly string[]): string => list.map((line) => `${line}\n`).join("");

interface Damage {
  file: string;
  change: (text: string) => string | Buffer;
  /** What verify says. */
  problem: RegExp;
  line?: number;
  /** What is found beside afterwards. */
  aside?: string;
}

const damages: Record<string, Damage> = {
  "a line that is not JSON": {
    file: "actions.jsonl",
    change: (text) => text.replace("\n", "\nthis is no event\n"),
    problem: /is not an event/,
    line: 2,
    aside: "this is no event",
  },
  "a line without a seq": {
    file: "actions.jsonl",
    change: (text) => `{"type":"note"}\n${text}`,
    problem: /is not an event/,
    line: 1,
    aside: '{"type":"note"}',
  },
  "bytes that are no text": {
    file: "responses.jsonl",
    change: (text) => Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xfe, 0x00, 0x0a])]),
    problem: /is not an event/,
    line: 2,
  },
  "a torn last line": {
    file: "changes.jsonl",
    change: (text) => `${text}{"seq":99,"timest`,
    problem: /is torn \(17 bytes/,
    line: 5,
    aside: '{"seq":99,"timest',
  },
  "zeros at the end": {
    file: "actions.jsonl",
    change: (text) => Buffer.concat([Buffer.from(text), Buffer.alloc(50)]),
    problem: /is torn \(50 bytes/,
    line: 4,
  },
  "a line twice": {
    file: "actions.jsonl",
    change: (text) => text + joined(lines(text).slice(-1)),
    problem: /seq 5 stands behind seq 5/,
    line: 4,
  },
  "lines in another order": {
    file: "actions.jsonl",
    change: (text) => joined(lines(text).toReversed()),
    problem: /seq 3 stands behind seq 5/,
    line: 2,
  },
  "an edited state": {
    file: "state.json",
    change: (text) => text.replace('"p"', '"edited"'),
    problem: /differs from the fold of the first 8 events/,
  },
  "edited metadata": {
    file: "metadata.json",
    change: (text) => text.replace('"toolCalls": 3', '"toolCalls": 4'),
    problem: /differs from the fold/,
  },
  "a state from the future": {
    file: "state.json",
    change: (text) => text.replace('"seq": 8', '"seq": 80'),
    problem: /holds seq 80, but the log ends at 8/,
  },
  "an unreadable snapshot": {
    file: "metadata.json",
    change: (text) => text.slice(0, 40),
    problem: /cannot be read as a snapshot/,
  },
  "an edited end": {
    file: "final.json",
    change: () => '{"status":"failed"}',
    problem: /differs from what the log says/,
  },
  "an unreadable beginning": { file: "initial.json", change: () => "{", problem: /cannot be read as a snapshot/ },
};

describe("a damaged session", () => {
  test("is reported with file and line, mended without a loss, and clean after it", async () => {
    const path = await closedStore();
    const { store } = await openStore(copyStore(path));
    const whole = await allEvents(store, "s");
    const session = await store.readSession("s");
    await store.close();
    for (const [name, { file, change, problem, line, aside }] of Object.entries(damages)) {
      const damaged = copyStore(path);
      edit(damaged, file, change);
      const findings = await findingsOf(damaged);
      expect(findings[0], name).toMatchObject({
        sessionId: "s",
        file: `sessions/s/${file}`,
        problem: expect.stringMatching(problem) as string,
        repairable: true,
        ...(line && { line }),
      });

      const repairs = await repairsOf(damaged);
      expect(
        repairs.map(({ sessionId }) => sessionId),
        name,
      ).toContain("s");
      expect(await findingsOf(damaged), name).toEqual([]);
      if (aside !== undefined)
        expect(fs.readFileSync(sessionFile(damaged, "s", `${file}.bad`), "utf8"), name).toContain(aside);
      expect(await repairsOf(damaged), name).toEqual([]);

      const { store: reopened } = await openStore(damaged);
      expect(await allEvents(reopened, "s"), name).toEqual(whole);
      expect(await reopened.readSession("s"), name).toEqual(session);
      await reopened.close();
    }
  });

  test("keeps bytes that are no text as they are", async () => {
    const path = await closedStore();
    const bytes = Buffer.from([0xff, 0xfe, 0x0a]);
    fs.appendFileSync(sessionFile(path, "s", "actions.jsonl"), bytes);
    await repairsOf(path);
    expect(fs.readFileSync(sessionFile(path, "s", "actions.jsonl.bad")).equals(bytes)).toBe(true);
  });

  test("with events missing is reported, and nothing is made up", async () => {
    const path = await closedStore();
    edit(path, "actions.jsonl", (text) => joined(lines(text).filter((_, index) => index !== 1)));
    edit(path, "responses.jsonl", () => "");
    const expected = [{ sessionId: "s", file: "sessions/s", problem: "seqs 3 to 4 are missing", repairable: false }];
    expect(await findingsOf(path)).toEqual(expected);
    await repairsOf(path);
    expect(await findingsOf(path)).toEqual(expected);
    const { store } = await openStore(path);
    expect(seqsOf(await allEvents(store, "s"))).toEqual([1, 2, 5, 6, 7, 8]);
    expect((await store.append("s", [action()])).events).toMatchObject([{ seq: 9 }]);
  });

  test("with one seq in two files is reported", async () => {
    const path = await closedStore();
    edit(path, "responses.jsonl", (text) => text.replace('{"seq":4', '{"seq":5'));
    const findings = await findingsOf(path);
    expect(findings.map(({ problem }) => problem)).toEqual(["seq 4 is missing", "seq 5 is there twice, in two files"]);
    expect(findings.every(({ repairable }) => !repairable)).toBe(true);
  });

  test("whose files are all empty is reported", async () => {
    const path = await closedStore();
    for (const stream of ["actions", "responses", "changes"]) edit(path, `${stream}.jsonl`, () => "");
    expect(await findingsOf(path)).toMatchObject([{ file: "sessions/s", problem: "holds no event" }]);
  });
});

describe("a storage folder", () => {
  test("with a journal behind it is reported, put onto the files, and clean", async () => {
    const { store, path } = await openStore(testFolder());
    await store.append("s", [action(), action()]);
    const crashed = copyStore(path);
    cutBlanks(crashed);
    fs.truncateSync(sessionFile(crashed, "s", "actions.jsonl"), 20);
    fs.appendFileSync(join(crashed, "journal", "00000001.journal"), "torn");
    const findings = (await findingsOf(crashed)).map(({ file, problem }) => `${file}: ${problem}`);
    expect(findings.slice(0, 2)).toEqual([
      expect.stringMatching(/^journal\/1: holds 1 commit not yet put/) as string,
      "journal/1: ends in 4 bytes never acknowledged",
    ]);
    const repairs = (await repairsOf(crashed)).map(({ action: done }) => done);
    expect(repairs.slice(0, 2)).toEqual(["put 3 events onto the files of 1 session", "cut 4 bytes never acknowledged"]);
    expect(await findingsOf(crashed)).toEqual([]);
    const { store: reopened } = await openStore(crashed);
    expect(seqsOf(await allEvents(reopened, "s"))).toEqual(gapless(3));
  });

  test("with things in it that are no sessions is told of them", async () => {
    const path = await closedStore();
    fs.mkdirSync(join(path, "sessions", "no session!"));
    expect(await findingsOf(path)).toEqual([
      {
        sessionId: null,
        file: "sessions/no session!",
        problem: "is not a session id and is ignored",
        repairable: false,
      },
    ]);
  });

  test("with the empty folder of a session that never began is clean", async () => {
    const path = await closedStore();
    fs.mkdirSync(join(path, "sessions", "unborn"));
    fs.writeFileSync(join(path, "sessions", "unborn", "changes.jsonl"), "");
    expect(await findingsOf(path)).toEqual([]);
    const { store } = await openStore(path);
    expect(await store.readSession("unborn")).toBeUndefined();
    expect((await store.append("unborn", [action()])).events).toMatchObject([{ seq: 2 }]);
  });

  test("that is none is refused in words", async () => {
    await expect(verifyStore(join(testFolder(), "nothing")).next()).rejects.toMatchObject({ code: "not_found" });
  });

  test("tells how far it is", async () => {
    const path = await closedStore();
    const progress: { done: number; total: number }[] = [];
    for await (const finding of verifyStore(path, (step) => progress.push(step))) expect(finding).toBeUndefined();
    expect(progress).toEqual([{ done: 1, total: 1 }]);
  });
});
