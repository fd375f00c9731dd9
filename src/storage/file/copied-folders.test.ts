import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { NewEvent } from "../../core/event.js";
import { action } from "../suite/under-test.js";
import { allEvents, findingsOf, openStore, seqsOf, sessionFile, testFolder, type Opened } from "./testing.js";

/** A store with a session `s` of 4 events. */
async function writtenStore(): Promise<Opened> {
  const opened = await openStore(testFolder());
  await opened.store.append("s", [
    action({ n: 1 }),
    { type: "response", data: { type: "text", n: 2 } },
    action({ n: 3 }),
  ]);
  return opened;
}

describe("files beside the log", () => {
  test("snapshots that are garbage do not change what the session is", async () => {
    const { store, path } = await openStore(testFolder());
    const garbage = [
      "garbage",
      "[]",
      '{"seq":1}',
      "",
      '{"seq":2,"goals":[],"agents":[],"eventCount":2,"metrics":{},"tags":[]}',
    ];
    const events: NewEvent[] = [
      action(),
      { type: "goal_added", data: { goalId: "g" } },
      { type: "session_finalized", data: { status: "failed" } },
    ];
    for (const index of garbage.keys()) await store.append(`s${index}`, events);
    const before = await Promise.all(garbage.map((_, index) => store.readSession(`s${index}`)));
    await store.close();
    for (const [index, text] of garbage.entries()) {
      for (const name of ["state.json", "metadata.json", "initial.json", "final.json"])
        fs.writeFileSync(sessionFile(path, `s${index}`, name), text);
    }
    fs.rmSync(join(path, "index.sqlite"));
    const { store: reopened } = await openStore(path);
    expect(await Promise.all(garbage.map((_, index) => reopened.readSession(`s${index}`)))).toEqual(before);
    expect((await reopened.stats()).failed).toBe(garbage.length);
    for (const index of garbage.keys()) await reopened.append(`s${index}`, [action()]);
    await reopened.close();
    expect(await findingsOf(path)).toEqual([]);
  });

  test("snapshots that are missing are written again with the next event", async () => {
    const { store, path } = await writtenStore();
    const before = await store.readSession("s");
    await store.close();
    for (const name of ["state.json", "metadata.json", "initial.json"]) fs.rmSync(sessionFile(path, "s", name));
    const { store: reopened } = await openStore(path);
    expect(await reopened.readSession("s")).toEqual(before);
    await reopened.append("s", [action()]);
    await reopened.close();
    expect(fs.readdirSync(join(path, "sessions", "s")).toSorted()).toEqual(
      expect.arrayContaining(["initial.json", "metadata.json", "state.json"]),
    );
  });

  test("a folder copied in from another store is read at once, written to, and listed after a restart", async () => {
    const { store: from, path: source } = await writtenStore();
    const events = await allEvents(from, "s");
    await from.close();
    const { store, path } = await openStore(testFolder());
    await store.append("here", [action()]);
    fs.cpSync(join(source, "sessions", "s"), join(path, "sessions", "copied"), { recursive: true });
    expect(seqsOf(await allEvents(store, "copied"))).toEqual(seqsOf(events));
    expect((await store.append("copied", [action({ n: "new" })])).events).toMatchObject([{ seq: 5 }]);
    fs.cpSync(join(source, "sessions", "s"), join(path, "sessions", "silent"), { recursive: true });
    await store.close();
    const { store: reopened } = await openStore(path);
    expect((await reopened.listSessions({ limit: 9 })).sessions.map(({ sessionId }) => sessionId).toSorted()).toEqual([
      "copied",
      "here",
      "silent",
    ]);
    expect(await reopened.stats()).toMatchObject({ total: 3, events: 2 + 5 + 4 });
  });
});
