import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { action } from "../suite/under-test.js";
import {
  allEvents,
  copyStore,
  findingsOf,
  gapless,
  openStore,
  segmentsOf,
  seqsOf,
  sessionFile,
  testFolder,
} from "./testing.js";

function readJson(path: string): Record<string, unknown> {
  return JSON.parse(fs.readFileSync(path, "utf8")) as Record<string, unknown>;
}

async function snapshotFilesOf(path: string, sessionId: string) {
  const [state, metadata] = [
    readJson(sessionFile(path, sessionId, "state.json")),
    readJson(sessionFile(path, sessionId, "metadata.json")),
  ];
  const initial = readJson(sessionFile(path, sessionId, "initial.json"));
  const final = fs.existsSync(sessionFile(path, sessionId, "final.json"))
    ? readJson(sessionFile(path, sessionId, "final.json"))
    : null;
  return { state, metadata, initial, final };
}

describe("snapshots", () => {
  test("are the session after a clean close, when the journal is empty", async () => {
    const { store, path } = await openStore(testFolder());
    await store.append("s", [
      { type: "session_created", data: { userId: "ann", initial: { input: "go" } } },
      action(),
      { type: "goal_added", data: { goalId: "g" } },
    ]);
    await store.append("ended", [action(), { type: "session_finalized", data: { status: "failed", outcome: "none" } }]);
    const before = new Map([
      ["s", await store.readSession("s")],
      ["ended", await store.readSession("ended")],
    ]);
    await store.close();
    for (const [id, session] of before) expect(await snapshotFilesOf(path, id)).toEqual(session);
    expect(segmentsOf(path)).toEqual([]);
    expect(await findingsOf(path)).toEqual([]);
  });

  test("follow the writes and name the seq that they hold; the rest is folded from the log", async () => {
    const { store, path } = await openStore(testFolder(), { snapshotIntervalMs: 1 });
    await store.append("s", [{ type: "state_updated", data: { phase: "early" } }]);
    await vi.waitFor(
      () => expect(readJson(sessionFile(path, "s", "metadata.json"))).toMatchObject({ eventCount: 2 }),
      5000,
    );
    const early = copyStore(path);
    await store.append("s", [{ type: "state_updated", data: { phase: "late" } }, action()]);
    const crashed = copyStore(path);
    for (const name of ["state.json", "metadata.json"])
      fs.copyFileSync(sessionFile(early, "s", name), sessionFile(crashed, "s", name));
    const { store: reopened } = await openStore(crashed, { snapshotIntervalMs: 3_600_000 });
    expect(readJson(sessionFile(crashed, "s", "state.json"))).toMatchObject({ seq: 2, phase: "early" });
    expect(await reopened.readSession("s")).toEqual(await store.readSession("s"));
    await reopened.close();
    expect(readJson(sessionFile(crashed, "s", "state.json"))).toMatchObject({ seq: 4, phase: "late" });
    expect(await findingsOf(crashed)).toEqual([]);
  });

  test("of different seqs, as a crash between two of them leaves them, fold to the same session", async () => {
    const { store, path } = await openStore(testFolder());
    await store.append("s", [action(), { type: "session_finalized", data: { outcome: "first" } }]);
    await store.close();
    const old = copyStore(path);
    const { store: again } = await openStore(path);
    await again.append("s", [
      { type: "metadata_updated", data: { status: "active" } },
      action(),
      { type: "session_finalized", data: { outcome: "second" } },
    ]);
    const session = await again.readSession("s");
    await again.close();
    const names = ["final.json", "state.json", "metadata.json"];
    for (let written = 0; written <= names.length; written++) {
      const mixed = copyStore(path);
      for (const name of names.slice(written))
        fs.copyFileSync(sessionFile(old, "s", name), sessionFile(mixed, "s", name));
      const { store: reopened } = await openStore(mixed);
      expect(await reopened.readSession("s"), `${written} files were written`).toEqual(session);
      await reopened.close();
    }
  });

  test("of a session that is reopened hold no end any more", async () => {
    const { store, path } = await openStore(testFolder());
    await store.append("s", [action(), { type: "session_finalized", data: {} }]);
    await store.close();
    expect(fs.existsSync(sessionFile(path, "s", "final.json"))).toBe(true);
    const { store: again } = await openStore(path);
    await again.append("s", [{ type: "metadata_updated", data: { status: "active" } }]);
    await again.close();
    expect(fs.existsSync(sessionFile(path, "s", "final.json"))).toBe(false);
    expect(await findingsOf(path)).toEqual([]);
  });
});

test("a final.json that a crash left beside a reopened session goes with its next snapshot", async () => {
  const { store, path } = await openStore(testFolder());
  await store.append("s", [{ type: "session_finalized", data: { outcome: "done" } }]);
  await store.close();
  const stale = fs.readFileSync(sessionFile(path, "s", "final.json"));
  const { store: reopened } = await openStore(path);
  await reopened.append("s", [{ type: "metadata_updated", data: { status: "active" } }]);
  await reopened.close();
  fs.writeFileSync(sessionFile(path, "s", "final.json"), stale);
  const { store: again } = await openStore(path);
  await again.append("s", [action()]);
  await again.close();
  expect(fs.existsSync(sessionFile(path, "s", "final.json"))).toBe(false);
  expect(await findingsOf(path)).toEqual([]);
});

describe("few sessions in memory", () => {
  test("keep many right, also when all are written to at once", async () => {
    const { store, path } = await openStore(testFolder(), { hotSessions: 2, snapshotIntervalMs: 5 });
    const sessions = Array.from({ length: 25 }, (_, n) => `s${n}`);
    for (let round = 0; round < 6; round++) {
      await Promise.all(
        sessions.flatMap((id) => [
          store.append(id, [action({ round })]),
          store.append(id, [{ type: "goal_added", data: { goalId: `g${round}` }, eventId: `e${round}` }]),
          store.append(id, (session) => [
            { type: "state_updated", data: { goals_seen: session?.state.goals.length ?? 0 } },
          ]),
        ]),
      );
    }
    await Promise.all(sessions.map((id) => store.append(id, [action({}, { eventId: "e0" })])));
    for (const id of sessions) {
      const events = await allEvents(store, id);
      expect(seqsOf(events)).toEqual(gapless(19));
      expect((await store.readSession(id))?.state.goals.map(({ goalId }) => goalId)).toEqual([
        "g0",
        "g1",
        "g2",
        "g3",
        "g4",
        "g5",
      ]);
    }
    await store.append("one-more", [action()]);
    expect(store.status().hotSessions).toBe(2);
    await store.close();
    expect(await findingsOf(path)).toEqual([]);
  });
});

describe("checkpoints", () => {
  test("under load drop the journal and lose nothing, also where the crash comes right behind", async () => {
    const { store, path } = await openStore(testFolder(), { segmentBytes: 20_000, snapshotIntervalMs: 5 });
    for (let n = 0; n < 120; n++)
      await Promise.all(["a", "b", "c"].map((id) => store.append(id, [action({ n, text: "x".repeat(300) })])));
    await vi.waitFor(() => expect(store.status().journalBytes).toBeLessThan(20_000), 10_000);
    const crashed = copyStore(path);
    const { store: reopened } = await openStore(crashed);
    for (const id of ["a", "b", "c"]) expect(seqsOf(await allEvents(reopened, id))).toEqual(gapless(121));
    expect(reopened.feedHead()).toBe(store.feedHead());
    await reopened.close();
    expect(await findingsOf(crashed)).toEqual([]);
  });
});

describe("recent/", () => {
  test("links to the last ten sessions, newest first, over deletes and restarts", async () => {
    const { store, path } = await openStore(testFolder());
    for (let n = 0; n < 13; n++) await store.append(`s${n}`, [action()]);
    await store.append("s1", [action()]);
    await store.delete("s12");
    await store.close();
    const names = ["01-s1", "02-s11", "03-s10", "04-s9", "05-s8", "06-s7", "07-s6", "08-s5", "09-s4", "10-s3"];
    expect(fs.readdirSync(join(path, "recent")).toSorted().slice(0, 9)).toEqual(names.slice(0, 9));
    expect(fs.realpathSync(join(path, "recent", "01-s1"))).toBe(fs.realpathSync(join(path, "sessions", "s1")));
    const { store: reopened } = await openStore(path);
    await reopened.append("s5", [action()]);
    await reopened.listSessions({ limit: 1 });
    await reopened.close();
    expect(fs.readdirSync(join(path, "recent")).toSorted().slice(0, 3)).toEqual(["01-s5", "02-s1", "03-s11"]);
  });
});
