import { describe, expect, onTestFinished, test } from "vitest";
import { AppError, type ErrorCode } from "../core/errors.js";
import type { NewEvent, SessionEvent } from "../core/event.js";
import type { JsonObject } from "../core/json.js";
import { parsePage } from "./page.js";
import type { CommitHint, Decide, PageQuery, SessionStore } from "./session-store.js";

/** How the suite gets at an engine. */
export interface StoreUnderTest {
  store: SessionStore;
  /** Closes the store and opens what it kept. */
  reopen(): Promise<SessionStore>;
  dispose(): Promise<void>;
}

interface SuiteOptions {
  name: string;
  /** Whether the engine keeps anything beyond its process. */
  durable: boolean;
  open(options: { now: () => number }): Promise<StoreUnderTest>;
}

export const action = (data: JsonObject = {}, rest: Partial<NewEvent> = {}): NewEvent => ({
  type: "action",
  data: { type: "tool_call", ...data },
  ...rest,
});

export async function rejectionCode(promise: Promise<unknown>): Promise<ErrorCode> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AppError) return error.code;
  throw new Error("expected an AppError", { cause: error });
}

export async function readEvents(store: SessionStore, sessionId: string, query: Partial<PageQuery> = {}): Promise<SessionEvent[]> {
  return parsePage<SessionEvent>(await store.readPage(sessionId, { of: "events", limit: 100_000, ...query }));
}

/** What every engine of the SessionStore port must do. */
export function describeStore({ name, durable, open }: SuiteOptions): void {
  const start = Date.parse("2026-01-31T09:30:00.000Z");

  async function setUp(): Promise<StoreUnderTest & { clock: { now: number } }> {
    const clock = { now: start };
    const under = await open({ now: () => clock.now });
    onTestFinished(() => under.dispose());
    return { ...under, clock };
  }

  describe(`${name}: appending`, () => {
    test("numbers a session's events from 1 without gaps, whoever appends at the same time", async () => {
      const { store } = await setUp();
      const appended = await Promise.all(Array.from({ length: 1000 }, (_, n) => store.append("s", [action({ n })])));
      const seqs = appended.flatMap(({ events }) => events.map(({ seq }) => seq)).sort((a, b) => a - b);
      expect(seqs).toEqual(Array.from({ length: 1000 }, (_, n) => n + 2));
      const events = await readEvents(store, "s");
      expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 1001 }, (_, n) => n + 1));
      expect(new Set(events.slice(1).map(({ data }) => data["n"])).size).toBe(1000);
    });

    test("creates an unknown session first, and says that it was implicit", async () => {
      const { store } = await setUp();
      const { events } = await store.append("s", [action()]);
      expect(events.map(({ seq }) => seq)).toEqual([2]);
      expect((await readEvents(store, "s"))[0]).toMatchObject({ type: "session_created", seq: 1, data: { implicit: true } });
    });

    test("lets a session that it creates begin when its first event happened", async () => {
      const { store } = await setUp();
      await store.append("s", [action({}, { timestamp: "2026-01-30T08:00:00.000Z" })]);
      expect((await store.readSession("s"))!.metadata.created).toBe("2026-01-30T08:00:00.000Z");
    });

    test("refuses an unknown session where it may not create it", async () => {
      const { store } = await setUp();
      expect(await rejectionCode(store.append("s", [action()], { implicit: false }))).toBe("session_not_found");
      expect(await store.readSession("s")).toBeUndefined();
    });

    test("does not create a second time what a caller creates itself", async () => {
      const { store } = await setUp();
      const { events } = await store.append("s", [{ type: "session_created", data: { userId: "ann" } }, action()]);
      expect(events.map(({ seq }) => seq)).toEqual([1, 2]);
      expect((await store.readSession("s"))?.metadata.userId).toBe("ann");
    });

    test("keeps a producer's time, stamps its own, and takes its own where there is none", async () => {
      const { store, clock } = await setUp();
      clock.now = start + 5000;
      await store.append("s", [action({}, { timestamp: "2026-01-31T10:30:01.5+01:00" }), action()]);
      const [, first, second] = await readEvents(store, "s");
      expect(first).toMatchObject({ timestamp: "2026-01-31T10:30:01.5+01:00", receivedAt: "2026-01-31T09:30:05.000Z" });
      expect(second).toMatchObject({ timestamp: "2026-01-31T09:30:05.000Z", receivedAt: "2026-01-31T09:30:05.000Z" });
    });

    test("never takes the server's fields from a record", async () => {
      const { store } = await setUp();
      const data = { type: "note", seq: 99, receivedAt: "x", sessionId: "other", kept: true };
      await store.append("s", [{ type: "action", data }, { type: "action", data, raw: JSON.stringify(data) }]);
      for (const event of (await readEvents(store, "s")).slice(1)) {
        expect(event.sessionId).toBe("s");
        expect(event.data).toMatchObject({ seq: event.seq, receivedAt: event.receivedAt, kept: true });
        expect(event.data).not.toHaveProperty("sessionId");
      }
    });

    test("stores a producer's own text as it came", async () => {
      const { store } = await setUp();
      const raw = '{"type":"note", "text":"gr\\u00fcn \\u2028 \\ud83d\\ude80", "n":1.0}';
      await store.append("s", [{ type: "action", data: JSON.parse(raw) as JsonObject, raw }]);
      const { lines } = await store.readPage("s", { of: "actions", limit: 1 });
      expect(Buffer.from(lines).toString()).toContain(raw.slice(1));
    });

    test("keeps every character of every language", async () => {
      const { store } = await setUp();
      const text = "Größe 飛行 🪂 \u0000 \u2028 \\ \" \n end";
      await store.append("s", [action({ text })]);
      expect((await readEvents(store, "s"))[1]?.data["text"]).toBe(text);
    });
  });

  describe(`${name}: deciding`, () => {
    test("lets each decision see all that came before it: 200 goals at once are 200 goals", async () => {
      const { store } = await setUp();
      const addGoal: Decide = (session) => [
        { type: "goal_added", data: { goalId: `goal-${(session?.state.goals.length ?? 0) + 1}`, description: "reach it" } },
      ];
      await store.append("s", [{ type: "session_created", data: {} }]);
      await Promise.all(Array.from({ length: 200 }, () => store.append("s", addGoal)));
      const goals = (await store.readSession("s"))!.state.goals.map(({ goalId }) => goalId);
      expect(new Set(goals).size).toBe(200);
    });

    test("stores nothing where a decision refuses", async () => {
      const { store } = await setUp();
      await store.append("s", [action()]);
      const refuse: Decide = () => {
        throw new AppError("goal_not_found", "There is no such goal.");
      };
      expect(await rejectionCode(store.append("s", refuse))).toBe("goal_not_found");
      expect(await store.head("s")).toBe(2);
    });

    test("is told of a session that there is not", async () => {
      const { store } = await setUp();
      const seen: unknown[] = [];
      await store.append("s", (session) => {
        seen.push(session);
        return [{ type: "session_created", data: {} }];
      });
      expect(seen).toEqual([undefined]);
    });
  });

  describe(`${name}: repeats`, () => {
    test("answers a repeated eventId with the first seq and stores nothing", async () => {
      const { store } = await setUp();
      const first = await store.append("s", [action({ n: 1 }, { eventId: "e-1" })]);
      const again = await store.append("s", [action({ n: 2 }, { eventId: "e-1" }), action({ n: 3 }, { eventId: "e-2" })]);
      expect(again.events[0]).toEqual({ ...first.events[0], duplicate: true });
      expect(again.events[1]).toMatchObject({ seq: 3, duplicate: false });
      expect(await store.head("s")).toBe(3);
    });

    test("stores one of two that are sent at the same time, and one of two in a batch", async () => {
      const { store } = await setUp();
      const twice = [action({}, { eventId: "e" }), action({}, { eventId: "e" })];
      const [a, b] = await Promise.all([store.append("s", twice), store.append("s", twice)]);
      expect([...a.events, ...b.events].map(({ seq }) => seq)).toEqual([2, 2, 2, 2]);
      expect(await store.head("s")).toBe(2);
    });

    test("does not decide again for a repeated eventId", async () => {
      const { store } = await setUp();
      let decided = 0;
      const decide: Decide = () => {
        decided += 1;
        return [{ type: "goal_added", data: { goalId: "g" }, eventId: "key" }];
      };
      await store.append("s", decide, { eventId: "key" });
      const again = await store.append("s", decide, { eventId: "key" });
      expect(again.events).toMatchObject([{ seq: 2, duplicate: true }]);
      expect(decided).toBe(1);
    });

    test("tells sessions apart", async () => {
      const { store } = await setUp();
      await store.append("a", [action({}, { eventId: "e" })]);
      expect((await store.append("b", [action({}, { eventId: "e" })])).events[0]?.duplicate).toBe(false);
    });

    test("knows the ids that it made itself", async () => {
      const { store } = await setUp();
      const { events } = await store.append("s", [action()]);
      const again = await store.append("s", [action({}, { eventId: events[0]!.eventId })]);
      expect(again.events).toMatchObject([{ seq: 2, duplicate: true }]);
    });
  });

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
      expect(await store.readPage("s", { of: "events", after: 29, limit: 2 })).toMatchObject({ count: 2, first: 30, last: 31, more: false });
      expect(await store.readPage("s", { of: "events", after: 28, limit: 2 })).toMatchObject({ count: 2, more: true });
      expect(await store.readPage("s", { of: "actions", limit: 10 })).toMatchObject({ count: 10, more: false });
      expect(await store.readPage("s", { of: "events", after: 31, limit: 2 })).toMatchObject({ count: 0, first: 0, last: 0, more: false });
    });

    test("gives some types only", async () => {
      const store = await filled();
      expect(await seqsOf(store, { of: "actions", types: ["even"], limit: 3 })).toEqual([18, 24, 30]);
      expect(await seqsOf(store, { of: "events", types: ["state_updated", "session_created"], after: 0, limit: 3 })).toEqual([1, 4, 7]);
      expect(await store.readPage("s", { of: "events", types: ["action"], after: 0, limit: 100 })).toMatchObject({ count: 10, more: false });
      expect(await store.readPage("s", { of: "actions", types: ["none"], limit: 3 })).toMatchObject({ count: 0, more: false });
    });

    test("refuses an unknown session", async () => {
      const { store } = await setUp();
      expect(await rejectionCode(store.readPage("nobody", { of: "events", limit: 1 }))).toBe("session_not_found");
    });
  });

  describe(`${name}: folding`, () => {
    test("gives the state as it was at a seq", async () => {
      const { store } = await setUp();
      await store.append("s", [{ type: "state_updated", data: { phase: "one" } }, { type: "state_updated", data: { phase: "two" } }]);
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
      for (let cursor = start, more = true; more; ) {
        const page = await store.readFeed(cursor, 3);
        seen.push(...parsePage<SessionEvent & { cursor: string }>({ ...page, first: 0, last: 0 }));
        ({ next: cursor, more } = page);
      }
      expect(seen.filter(({ type }) => type === "action").map(({ data }) => data["n"])).toEqual([0, 1, 2, 3, 4]);
      expect(new Set(seen.map(({ cursor }) => cursor)).size).toBe(7);
      const rest = await store.readFeed(seen[4]!.cursor, 10);
      expect(parsePage<SessionEvent>({ ...rest, first: 0, last: 0 }).map(({ seq }) => seq)).toEqual(seen.slice(5).map(({ seq }) => seq));
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
      await store.append("a", [{ type: "session_created", data: { userId: "ann" } }, action({ text: "The wind over <Achensee> turned" })]);
      clock.now += 60_000;
      await store.append("b", [{ type: "session_created", data: { userId: "bob" } }, { type: "response", data: { type: "answer", text: "Windy café, no flight" } }]);
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
      const found = async (query: object) => (await store.search({ q: "wind*", limit: 10, ...query })).hits.map(({ sessionId }) => sessionId);
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

  describe(`${name}: deleting`, () => {
    test("removes the session, its log and its ids", async () => {
      const { store } = await setUp();
      await store.append("s", [action({}, { eventId: "e" }), action()]);
      expect(await store.delete("s")).toBe(true);
      expect(await store.delete("s")).toBe(false);
      expect(await store.readSession("s")).toBeUndefined();
      expect(await store.stats()).toMatchObject({ total: 0, events: 0 });
      expect((await store.append("s", [action({}, { eventId: "e" })])).events).toMatchObject([{ seq: 2, duplicate: false }]);
    });
  });

  if (!durable) return;

  describe(`${name}: after a restart`, () => {
    test("has everything: sessions, pages, seqs, repeats, lists, searches and cursors", async () => {
      const { store, reopen } = await setUp();
      await store.append("gone", [action()]);
      await store.append("s", [action({ text: "remember" }, { eventId: "e" }), { type: "goal_added", data: { goalId: "g" } }]);
      await store.delete("gone");
      const before = { session: await store.readSession("s"), events: await readEvents(store, "s"), cursor: store.feedHead() };
      const after = await reopen();
      expect(await after.readSession("s")).toEqual(before.session);
      expect(await readEvents(after, "s")).toEqual(before.events);
      expect(after.feedHead()).toBe(before.cursor);
      expect(await after.readSession("gone")).toBeUndefined();
      const again = await after.append("s", [action({}, { eventId: "e" }), action({ n: "new" })]);
      expect(again.events).toMatchObject([{ seq: 2, duplicate: true }, { seq: 4, duplicate: false }]);
      expect((await after.readFeed(before.cursor, 10)).count).toBe(1);
      expect(await after.stats()).toMatchObject({ total: 1, events: 4 });
      expect((await after.search({ q: "remember", limit: 5 })).hits).toMatchObject([{ sessionId: "s", seq: 2 }]);
    });
  });
}
