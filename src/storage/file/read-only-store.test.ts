import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { SessionStore } from "../session-store.js";
import { action, rejectionCode } from "../suite/under-test.js";
import { openReadOnlyStore } from "./read-only-store.js";
import { allEvents, openStore, seqsOf, sessionFile, testFolder } from "./testing.js";

/** A store of a session `s` of 5 events, opened for reading. */
async function readOnlyStore(): Promise<{ path: string; store: SessionStore }> {
  const { store: writer, path } = await openStore(testFolder());
  await writer.append("s", [
    action(),
    { type: "state_updated", data: { phase: "p" } },
    action(),
    { type: "goal_added", data: { goalId: "g" } },
  ]);
  await writer.close();
  const store = await openReadOnlyStore({ path });
  onTestFinished(() => store.close());
  return { path, store };
}

describe("a folder that is read without a server", () => {
  test("has to be there", async () => {
    expect(await rejectionCode(openReadOnlyStore({ path: join(testFolder(), "none") }))).toBe("not_found");
  });

  test("is not written to", async () => {
    const { store } = await readOnlyStore();
    expect(await rejectionCode(store.append("s", [action()]))).toBe("storage_unavailable");
    expect(await rejectionCode(store.delete("s"))).toBe("storage_unavailable");
    expect(await rejectionCode(store.readFeed(store.feedHead(), 5))).toBe("usage");
    expect(store.status()).toMatchObject({ writable: false, reason: "opened for reading" });
  });

  test("gives the state as it was at a seq", async () => {
    const { store } = await readOnlyStore();
    expect(await store.readStateAt("s", 4)).toMatchObject({ seq: 4, phase: "p", goals: [] });
    expect((await store.readStateAt("s", 5)).goals).toMatchObject([{ goalId: "g" }]);
  });

  test("knows no session that has no event", async () => {
    const { path, store } = await readOnlyStore();
    fs.mkdirSync(join(path, "sessions", "empty"));
    fs.writeFileSync(sessionFile(path, "empty", "changes.jsonl"), "");
    for (const sessionId of ["none", "empty"]) {
      expect(await store.head(sessionId)).toBe(0);
      expect(await store.readSession(sessionId)).toBeUndefined();
      expect(await rejectionCode(store.readPage(sessionId, { of: "events", limit: 5 }))).toBe("session_not_found");
      expect(await rejectionCode(store.readStateAt(sessionId, 1))).toBe("session_not_found");
    }
  });

  test("ends before an event whose file has not been written yet", async () => {
    const { path, store } = await readOnlyStore();
    const file = sessionFile(path, "s", "actions.jsonl");
    const [first] = fs.readFileSync(file, "utf8").split("\n");
    fs.writeFileSync(file, `${first}\n{"seq":4,"timest`);
    expect(await store.head("s")).toBe(3);
    expect(seqsOf(await allEvents(store, "s"))).toEqual([1, 2, 3]);
  });
});
