import { describe, expect, test } from "vitest";
import { action, readEvents, type SetUp } from "./under-test.js";

/** What outlives the process. */
export function describeRestart(name: string, setUp: SetUp): void {
  describe(`${name}: after a restart`, () => {
    test("has everything: sessions, pages, seqs, repeats, lists, searches and cursors", async () => {
      const { store, reopen } = await setUp();
      await store.append("gone", [action()]);
      await store.append("s", [
        action({ text: "remember" }, { eventId: "e" }),
        { type: "goal_added", data: { goalId: "g" } },
      ]);
      await store.delete("gone");
      const before = {
        session: await store.readSession("s"),
        events: await readEvents(store, "s"),
        cursor: store.feedHead(),
      };
      const after = await reopen();
      expect(await after.readSession("s")).toEqual(before.session);
      expect(await readEvents(after, "s")).toEqual(before.events);
      expect(after.feedHead()).toBe(before.cursor);
      expect(await after.readSession("gone")).toBeUndefined();
      const again = await after.append("s", [action({}, { eventId: "e" }), action({ n: "new" })]);
      expect(again.events).toMatchObject([
        { seq: 2, duplicate: true },
        { seq: 4, duplicate: false },
      ]);
      expect((await after.readFeed(before.cursor, 10)).count).toBe(1);
      expect(await after.stats()).toMatchObject({ total: 1, events: 4 });
      expect((await after.search({ q: "remember", limit: 5 })).hits).toMatchObject([{ sessionId: "s", seq: 2 }]);
    });
  });
}
