import { describe, expect, test } from "vitest";
import { action, type SetUp } from "./under-test.js";

/** What is found among all sessions. */
export function describeQueries(name: string, setUp: SetUp): void {
  describe(`${name}: listing`, () => {
    async function listed() {
      const under = await setUp();
      const { store, clock } = under;
      for (let n = 0; n < 7; n++) {
        clock.now += 1000;
        const data = { userId: n % 2 === 0 ? "ann" : "bob", tags: [`t${n % 3}`], parentSession: n === 6 ? "s0" : null };
        await store.append(`s${n}`, [{ type: "session_created", data }]);
      }
      clock.now += 1000;
      await store.append("s3", [{ type: "session_finalized", data: { status: "failed" } }]);
      return under;
    }
    const ids = ({ sessions }: { sessions: { sessionId: string }[] }) => sessions.map(({ sessionId }) => sessionId);

    test("lists the most recently active first", async () => {
      const { store } = await listed();
      expect(ids(await store.listSessions({ limit: 3 }))).toEqual(["s3", "s6", "s5"]);
    });

    test("filters by user, status, tag and parent", async () => {
      const { store } = await listed();
      expect(ids(await store.listSessions({ userId: "ann", limit: 10 }))).toEqual(["s6", "s4", "s2", "s0"]);
      expect(ids(await store.listSessions({ status: "failed", limit: 10 }))).toEqual(["s3"]);
      expect(ids(await store.listSessions({ tag: "t1", limit: 10 }))).toEqual(["s4", "s1"]);
      expect(ids(await store.listSessions({ parent: "s0", limit: 10 }))).toEqual(["s6"]);
    });

    test("goes on behind a cursor without a gap or a repeat", async () => {
      const { store } = await listed();
      const all: string[] = [];
      for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
        const page = await store.listSessions({ limit: 2, ...(cursor !== undefined && { cursor }) });
        all.push(...ids(page));
        cursor = page.next ?? undefined;
      }
      expect(all).toEqual(["s3", "s6", "s5", "s4", "s2", "s1", "s0"]);
    });

    test("counts sessions by status, and events", async () => {
      const { store } = await listed();
      expect(await store.stats()).toEqual({ total: 7, active: 6, completed: 0, failed: 1, cancelled: 0, events: 8 });
    });
  });

  describe(`${name}: search`, () => {
    async function searchable() {
      const under = await setUp();
      const { store, clock } = under;
      await store.append("a", [
        { type: "session_created", data: { userId: "ann" } },
        action({ text: "The wind over <Achensee> turned" }),
      ]);
      clock.now += 60_000;
      await store.append("b", [
        { type: "session_created", data: { userId: "bob" } },
        { type: "response", data: { type: "answer", text: "Windy café, no flight" } },
      ]);
      return under;
    }

    test("finds words in what was said and done, and marks them in text that is safe to show", async () => {
      const { store } = await searchable();
      const { hits } = await store.search({ q: "achensee", limit: 10 });
      expect(hits).toMatchObject([{ sessionId: "a", userId: "ann", seq: 2, type: "tool_call" }]);
      expect(hits[0]!.snippet).toContain("&lt;<mark>Achensee</mark>&gt;");
    });

    test("asks for every word, by user, type and time", async () => {
      const { store } = await searchable();
      const found = async (query: object) =>
        (await store.search({ q: "wind*", limit: 10, ...query })).hits.map(({ sessionId }) => sessionId);
      expect((await found({})).sort()).toEqual(["a", "b"]);
      expect(await found({ userId: "bob" })).toEqual(["b"]);
      expect(await found({ type: "answer" })).toEqual(["b"]);
      expect(await found({ type: "action" })).toEqual(["a"]);
      expect(await found({ until: "2026-01-31T09:30:30.000Z" })).toEqual(["a"]);
      expect(await found({ since: "2026-01-31T09:30:30.000Z" })).toEqual(["b"]);
      expect(await found({ q: "wind nothing" })).toEqual([]);
    });

    test("finds nothing of a deleted session", async () => {
      const { store } = await searchable();
      await store.delete("a");
      expect((await store.search({ q: "achensee", limit: 10 })).hits).toEqual([]);
    });
  });
}
