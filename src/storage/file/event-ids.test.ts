import fs from "node:fs";
import { describe, expect, test } from "vitest";
import type { NewEvent } from "../../core/event.js";
import { action } from "../suite/under-test.js";
import { EventIds } from "./event-ids.js";
import { allEvents, copyStore, gapless, openStore, seqsOf, sessionFile, testFolder } from "./testing.js";

function isCandidate(ids: EventIds, eventId: string, seq: number): boolean {
  return [...ids.candidates(eventId)].includes(seq);
}

/** Ids that share a fingerprint with another: what an id table alone cannot tell apart. */
function findCollision(): [string, string] {
  const ids = new EventIds(1_000_000);
  for (let n = 1; ; n++) {
    const id = `id-${n}`;
    const [seq] = ids.candidates(id);
    if (seq !== undefined) return [`id-${seq}`, id];
    ids.add(id, n);
  }
}

describe("the table of event ids", () => {
  test("remembers 250,000 ids of which each is in the last window or the one before", () => {
    const ids = new EventIds();
    for (let seq = 1; seq <= 250_000; seq++) ids.add(`event-${seq}`, seq);
    const remembered = (seq: number): boolean => isCandidate(ids, `event-${seq}`, seq);
    for (let seq = 150_001; seq <= 250_000; seq++) if (!remembered(seq)) expect.fail(`seq ${seq} is forgotten`);
    expect(remembered(1)).toBe(false);
    expect([...Array(10_000).keys()].filter((n) => [...ids.candidates(`other-${n}`)].length > 0).length).toBeLessThan(
      5,
    );
  });

  test("forgets a window at a time and never less than a window later", () => {
    const ids = new EventIds(10);
    for (let seq = 1; seq <= 95; seq++) {
      ids.add(`e${seq}`, seq);
      for (let back = 0; back < Math.min(10, seq); back++)
        expect(isCandidate(ids, `e${seq - back}`, seq - back)).toBe(true);
    }
    expect(isCandidate(ids, "e70", 70)).toBe(false);
  });

  test("takes over what another learned later", () => {
    const [early, late] = [new EventIds(100), new EventIds(100)];
    early.add("a", 1);
    late.add("b", 2);
    early.addAll(late);
    expect(isCandidate(early, "a", 1) && isCandidate(early, "b", 2)).toBe(true);
  });
});

describe("a repeat", () => {
  test("is told from another id with the same fingerprint by the log", async () => {
    const [first, second] = findCollision();
    const { store, path } = await openStore(testFolder());
    await store.append("s", [action({ n: 1 }, { eventId: first })]);
    expect((await store.append("s", [action({ n: 2 }, { eventId: second })])).events).toMatchObject([
      { seq: 3, duplicate: false },
    ]);
    const again = [action({}, { eventId: second }), action({}, { eventId: first })];
    const expected = [
      { seq: 3, duplicate: true },
      { seq: 2, duplicate: true },
    ];
    expect((await store.append("s", again)).events).toMatchObject(expected);
    const { store: reopened } = await openStore(copyStore(path));
    expect((await reopened.append("s", again)).events).toMatchObject(expected);
  });

  test("is known after a restart in a session that is longer than one run of the scan", async () => {
    const { store, path } = await openStore(testFolder());
    const count = 9000;
    const events = Array.from({ length: count }, (_, n): NewEvent => ({
      type: n % 3 === 0 ? "response" : "action",
      data: { type: "note" },
      eventId: `e${n}`,
    }));
    await store.append("s", events);
    await store.close();
    const { store: reopened } = await openStore(path);
    const sample = [0, 1, 1999, 2000, 2001, 5999, 6001, count - 1];
    // At the same time, while the scan is under way, with a new event between.
    const [repeats, fresh, decided] = await Promise.all([
      reopened.append(
        "s",
        sample.map((n) => action({}, { eventId: `e${n}` })),
      ),
      reopened.append("s", [action({}, { eventId: "new" })]),
      reopened.append("s", () => [action({}, { eventId: "e7" })]),
    ]);
    expect(repeats.events).toMatchObject(sample.map((n) => ({ seq: n + 2, duplicate: true })));
    expect(fresh.events).toMatchObject([{ seq: count + 2, duplicate: false }]);
    expect(decided.events).toMatchObject([{ seq: 9, duplicate: true }]);
    expect(seqsOf(await allEvents(reopened, "s"))).toEqual(gapless(count + 2));
  });

  test("by a decision is known whether or not its id was told before", async () => {
    const { store, path } = await openStore(testFolder());
    await store.append("s", [action({}, { eventId: "e" })]);
    await store.close();
    const { store: reopened } = await openStore(path);
    expect((await reopened.append("s", () => [action({}, { eventId: "e" })])).events).toMatchObject([
      { seq: 2, duplicate: true },
    ]);
    expect(await reopened.head("s")).toBe(2);
  });

  test("of an event that is on its way is answered when that is durable", async () => {
    const { store } = await openStore(testFolder());
    const first = store.append("s", [action({}, { eventId: "e" })]);
    const { events } = await store.append("s", [], { eventId: "e" });
    expect(events).toMatchObject([{ seq: 2, duplicate: true }]);
    expect(await store.head("s")).toBe(2);
    await first;
  });

  test("in a session whose log holds lines that are no events is known", async () => {
    const { store, path } = await openStore(testFolder());
    await store.append("s", [action({}, { eventId: "e1" }), action({}, { eventId: "e2" })]);
    await store.close();
    const file = sessionFile(path, "s", "actions.jsonl");
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace("\n", "\nno event\n"));
    fs.appendFileSync(file, "nor this\n");
    const { store: reopened } = await openStore(path);
    const repeats = [action({}, { eventId: "e1" }), action({}, { eventId: "e2" }), action({}, { eventId: "e3" })];
    expect((await reopened.append("s", repeats)).events).toMatchObject([
      { seq: 2, duplicate: true },
      { seq: 3, duplicate: true },
      { seq: 4, duplicate: false },
    ]);
  });
});
