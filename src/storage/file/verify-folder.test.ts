import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { action } from "../suite/under-test.js";
import { repairStore, type Repair } from "./repair.js";
import { copyStore, findingsOf, openStore, sessionFile, testFolder } from "./testing.js";

/** A closed store with a session `s` of 3 events. */
async function closedStore(): Promise<string> {
  const { store, path } = await openStore(testFolder());
  await store.append("s", [action({ n: 2 }), action({ n: 3 })]);
  await store.close();
  return path;
}

async function repairsOf(path: string): Promise<Repair[]> {
  const repairs: Repair[] = [];
  for await (const repair of repairStore(path)) repairs.push(repair);
  return repairs;
}

describe("a session", () => {
  test("with blank lines in it loses them, and nothing else", async () => {
    const path = await closedStore();
    const whole = fs.readFileSync(sessionFile(path, "s", "actions.jsonl"), "utf8");
    fs.writeFileSync(sessionFile(path, "s", "actions.jsonl"), whole.replace("\n", "\n\n\n"));
    expect((await findingsOf(path)).map(({ line, problem }) => `${line}: ${problem}`)).toEqual([
      "2: is not an event",
      "3: is not an event",
    ]);
    await repairsOf(path);
    expect(fs.readFileSync(sessionFile(path, "s", "actions.jsonl"), "utf8")).toBe(whole);
    expect(fs.existsSync(sessionFile(path, "s", "actions.jsonl.bad"))).toBe(false);
  });

  test("that holds no event at all is kept beside, and gets no snapshots", async () => {
    const path = await closedStore();
    fs.mkdirSync(join(path, "sessions", "noise"));
    fs.writeFileSync(sessionFile(path, "noise", "changes.jsonl"), "noise\n");
    expect((await repairsOf(path)).map(({ file }) => file)).toEqual(["sessions/noise/changes.jsonl"]);
    expect(fs.readdirSync(join(path, "sessions", "noise")).toSorted()).toEqual(["changes.jsonl", "changes.jsonl.bad"]);
  });

  test("that has not ended loses an end that somebody put there", async () => {
    const path = await closedStore();
    fs.writeFileSync(sessionFile(path, "s", "final.json"), '{"status":"completed"}');
    expect(await findingsOf(path)).toMatchObject([{ problem: "differs from what the log says" }]);
    await repairsOf(path);
    expect(fs.existsSync(sessionFile(path, "s", "final.json"))).toBe(false);
    expect(await findingsOf(path)).toEqual([]);
  });

  test("whose snapshots are behind its log is clean", async () => {
    const path = await closedStore();
    const folder = join(path, "sessions", "s");
    const older = ["state.json", "metadata.json", "initial.json"].map(
      (name) => [name, fs.readFileSync(join(folder, name))] as const,
    );
    const { store } = await openStore(path);
    await store.append("s", [action(), action()]);
    await store.close();
    for (const [name, bytes] of older) fs.writeFileSync(join(folder, name), bytes);
    expect(await findingsOf(path)).toEqual([]);
  });
});

describe("a storage folder", () => {
  test("with a journal that was cut short is told what is whole in it, and what is not", async () => {
    const { store, path } = await openStore(testFolder());
    await store.append("s", [action()]);
    const problemsOf = async (crashed: string) =>
      (await findingsOf(crashed)).filter(({ sessionId }) => sessionId === null).map(({ problem }) => problem);
    const crashed = copyStore(path);
    expect(await problemsOf(crashed)).toEqual([expect.stringMatching(/^holds 1 commit not yet put/) as string]);
    fs.truncateSync(join(crashed, "journal", "00000001.journal"), 20);
    expect(await problemsOf(crashed)).toEqual(["ends in 20 bytes never acknowledged"]);
  });

  test("with folders of the predecessor in it gets them adopted", async () => {
    const path = await closedStore();
    fs.mkdirSync(join(path, "sessions", "old"));
    fs.writeFileSync(sessionFile(path, "old", "state.json"), '{"phase":"p"}');
    expect(await findingsOf(path)).toEqual([]);
    expect(await repairsOf(path)).toEqual([
      { sessionId: "old", file: "sessions/old", action: "adopted a folder of the predecessor" },
    ]);
    expect(fs.existsSync(sessionFile(path, "old", "changes.jsonl"))).toBe(true);
    expect(await findingsOf(path)).toEqual([]);
    expect(await repairsOf(path)).toEqual([]);
  });

  test("with a file in a session's place is told of it", async () => {
    const path = await closedStore();
    fs.writeFileSync(join(path, "sessions", "stray"), "");
    expect(await findingsOf(path)).toMatchObject([{ file: "sessions/stray", problem: "holds no event" }]);
  });
});
