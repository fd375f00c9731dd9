import { describe, expect, test } from "vitest";
import type { NewEvent, SessionEvent } from "../../core/event.js";
import { parsePage } from "../page.js";
import type { CommitHint, PageQuery, SessionStore } from "../session-store.js";
import { action, rejectionCode, type SetUp } from "./under-test.js";

/** How events and what follows from them are read. */
export function describeReading(name: string, setUp: SetUp): void {
  describe(`${name}: pages`, () => {
    async function filled() {
      const { store } = await setUp();
      const events: NewEvent[] = Array.from({ length: 30 }, (_, n) => ({
        type: n % 3 === 0 ? "response" : n % 3 === 1 ? "action" : "state_updated",
        data: { type: n % 2 === 0 ? "even" : "odd", n },
      }));
      await store.append("s", events);
      return store;
    }
    const seqsOf = async (store: SessionStore, query: PageQuery) =>
      parsePage<{ seq: number }>(await store.readPage("s", query)).map(({ seq }) => seq);

    test("gives the newest in ascending order", async () => {
      const store = await filled();
      expect(await seqsOf(store, { of: "events", limit: 3 })).toEqual([29, 30, 31]);
      expect(await seqsOf(store, { of: "actions", limit: 2 })).toEqual([27, 30]);
    });

    test("goes on behind a seq and before a seq", async () => {
      const store = await filled();
      expect(await seqsOf(store, { of: "events", after: 4, limit: 3 })).toEqual([5, 6, 7]);
      expect(await seqsOf(store, { of: "responses", after: 5, limit: 2 })).toEqual([8, 11]);
      expect(await seqsOf(store, { of: "events", before: 4, limit: 2 })).toEqual([2, 3]);
      expect(await seqsOf(store, { of: "actions", before: 9, limit: 10 })).toEqual([3, 6]);
      expect(await seqsOf(store, { of: "events", after: 28, before: 31, limit: 10 })).toEqual([29, 30]);
    });

    test("says whether there is more, and which seqs it holds", async () => {
      const store = await filled();
      expect(await store.readPage("s", { of: "events", after: 29, limit: 2 })).toMatchObject({
        count: 2,
        first: 30,
        last: 31,
        more: false,
      });
      expect(await store.readPage("s", { of: "events", after: 28, limit: 2 })).toMatchObject({ count: 2, more: true });
      expect(await store.readPage("s", { of: "actions", limit: 10 })).toMatchObject({ count: 10, more: false });
      expect(await store.readPage("s", { of: "events", after: 31, limit: 2 })).toMatchObject({
        count: 0,
        first: 0,
        last: 0,
        more: false,
      });
    });

    test("gives some types only", async () => {
      const store = await filled();
      expect(await seqsOf(store, { of: "actions", types: ["even"], limit: 3 })).toEqual([18, 24, 30]);
      expect(
        await seqsOf(store, { of: "events", types: ["state_updated", "session_created"], after: 0, limit: 3 }),
      ).toEqual([1, 4, 7]);
      expect(await store.readPage("s", { of: "events", types: ["action"], after: 0, limit: 100 })).toMatchObject({
        count: 10,
        more: false,
      });
      expect(await store.readPage("s", { of: "actions", types: ["none"], limit: 3 })).toMatchObject({
        count: 0,
        more: false,
      });
    });

    test("refuses an unknown session", async () => {
      const { store } = await setUp();
      expect(await rejectionCode(store.readPage("nobody", { of: "events", limit: 1 }))).toBe("session_not_found");
    });
  });

  describe(`${name}: folding`, () => {
    test("gives the state as it was at a seq", async () => {
      const { store } = await setUp();
      await store.append("s", [
        { type: "state_updated", data: { phase: "one" } },
        { type: "state_updated", data: { phase: "two" } },
      ]);
      expect(await store.readStateAt("s", 2)).toMatchObject({ phase: "one", seq: 2 });
      expect(await store.readStateAt("s", 0)).toMatchObject({ phase: "initialized", seq: 0, version: 0 });
      expect(await rejectionCode(store.readStateAt("s", 4))).toBe("invalid_input");
      expect(await rejectionCode(store.readStateAt("nobody", 0))).toBe("session_not_found");
    });

    test("has no session, no head and no page where there is none", async () => {
      const { store } = await setUp();
      expect(await store.readSession("s")).toBeUndefined();
      expect(await store.head("s")).toBe(0);
    });
  });

  describe(`${name}: the log of all sessions`, () => {
    test("gives what was committed behind a cursor, in order, in pages, each with its own cursor", async () => {
      const { store } = await setUp();
      const start = store.feedHead();
      for (let n = 0; n < 5; n++) await store.append(n % 2 === 0 ? "a" : "b", [action({ n })]);
      const seen: (SessionEvent & { cursor: string })[] = [];
      for (let cursor = start, more = true; more;) {
        const page = await store.readFeed(cursor, 3);
        seen.push(...parsePage<SessionEvent & { cursor: string }>({ ...page, first: 0, last: 0 }));
        ({ next: cursor, more } = page);
      }
      expect(seen.filter(({ type }) => type === "action").map(({ data }) => data["n"])).toEqual([0, 1, 2, 3, 4]);
      expect(new Set(seen.map(({ cursor }) => cursor)).size).toBe(7);
      const rest = await store.readFeed(seen[4]!.cursor, 10);
      expect(parsePage<SessionEvent>({ ...rest, first: 0, last: 0 }).map(({ seq }) => seq)).toEqual(
        seen.slice(5).map(({ seq }) => seq),
      );
      expect(rest.next).toBe(store.feedHead());
    });

    test("tells of a session that was deleted", async () => {
      const { store } = await setUp();
      await store.append("a", [action()]);
      const before = store.feedHead();
      expect(await store.delete("a")).toBe(true);
      const page = await store.readFeed(before, 10);
      expect(parsePage({ ...page, first: 0, last: 0 })).toMatchObject([{ type: "session_deleted", sessionId: "a" }]);
    });

    test("refuses what is no cursor", async () => {
      const { store } = await setUp();
      expect(await rejectionCode(store.readFeed("what?", 1))).toBe("invalid_cursor");
    });

    test("hints behind each commit, when the events can be read", async () => {
      const { store } = await setUp();
      const hints: CommitHint[] = [];
      const stop = store.onCommit((hint) => hints.push(hint));
      await store.append("a", [action()]);
      expect(Object.fromEntries(hints.at(-1)!.heads)).toEqual({ a: 2 });
      expect(hints.at(-1)!.cursor).toBe(store.feedHead());
      stop();
      await store.append("a", [action()]);
      expect(hints).toHaveLength(1);
    });
  });
}
