import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { emptySession } from "../../core/session.js";
import { action } from "../suite/under-test.js";
import { foldLines, foldTo, loadSession, loadTo, readSnapshotSeq, readStateAt } from "./load-session.js";
import type { SessionFiles } from "./stored-lines.js";
import { openStore, sessionFile, testFolder } from "./testing.js";

/** The files of a session of 4 events whose snapshots are written. */
async function closedSession(): Promise<{ path: string; files: SessionFiles }> {
  const { store, path } = await openStore(testFolder());
  await store.append("s", [action(), action(), { type: "state_updated", data: { phase: "p" } }]);
  await store.close();
  return { path, files: { sessionId: "s", folder: join(path, "sessions", "s"), head: 4 } };
}

describe("a session out of its folder", () => {
  test("that holds less than its head says is the fold of what it holds", async () => {
    const { files } = await closedSession();
    const beyond = { ...files, head: 9 };
    const folds = [foldTo(beyond, 9), loadTo(beyond)];
    for (const session of folds) {
      expect(session.state).toMatchObject({ phase: "p", seq: 4 });
      expect(session.metadata.eventCount).toBe(4);
    }
  });

  test("has at every seq the state that the fold of all its events has", async () => {
    const { store, path } = await openStore(testFolder());
    await store.append("s", [
      action(),
      { type: "state_updated", data: { phase: "first" } },
      { type: "response", data: { type: "note" } },
      { type: "goal_added", data: { goalId: "g", description: "d" } },
      action(),
      { type: "state_updated", data: { phase: "second" } },
      action(),
    ]);
    await store.close();
    const files = { sessionId: "s", folder: join(path, "sessions", "s"), head: 8 };
    for (let at = 0; at <= 8; at++) expect(await readStateAt(files, at)).toEqual(foldTo(files, at).state);
  });

  test("is folded over lines that are no events", () => {
    const lines = ["garbage", '{"seq":2}'].map((text, index) => ({ seq: index + 1, stream: "actions" as const, text }));
    expect(foldLines(emptySession("s"), lines)).toEqual(emptySession("s"));
  });

  test("has no snapshots where one of them is missing", async () => {
    const { path, files } = await closedSession();
    expect(readSnapshotSeq(files)).toBe(4);
    fs.rmSync(sessionFile(path, "s", "initial.json"));
    expect(readSnapshotSeq(files)).toBe(0);
  });

  test.each(["metadata.json", "state.json"])("does not take a %s that is of another session", async (name) => {
    const { path, files } = await closedSession();
    const file = sessionFile(path, "s", name);
    const snapshot = { ...(JSON.parse(fs.readFileSync(file, "utf8")) as object), sessionId: "other", phase: "wrong" };
    fs.writeFileSync(file, JSON.stringify(snapshot));
    const { session } = loadSession(join(path, "sessions"), "s")!;
    expect(session.metadata.sessionId).toBe("s");
    expect(session.state).toMatchObject({ sessionId: "s", phase: "p" });
    expect(readSnapshotSeq(files)).toBe(0);
  });
});
