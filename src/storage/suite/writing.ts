import { describe, expect, test } from "vitest";
import { AppError } from "../../core/errors.js";
import type { JsonObject } from "../../core/json.js";
import type { Decide } from "../session-store.js";
import { action, readEvents, rejectionCode, type SetUp } from "./under-test.js";

/** How events get in. */
export function describeWriting(name: string, setUp: SetUp): void {
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
      expect((await readEvents(store, "s"))[0]).toMatchObject({
        type: "session_created",
        seq: 1,
        data: { implicit: true },
      });
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
      clock.now += 5000;
      await store.append("s", [action({}, { timestamp: "2026-01-31T10:30:01.5+01:00" }), action()]);
      const [, first, second] = await readEvents(store, "s");
      expect(first).toMatchObject({ timestamp: "2026-01-31T10:30:01.5+01:00", receivedAt: "2026-01-31T09:30:05.000Z" });
      expect(second).toMatchObject({ timestamp: "2026-01-31T09:30:05.000Z", receivedAt: "2026-01-31T09:30:05.000Z" });
    });

    test("never takes the server's fields from a record", async () => {
      const { store } = await setUp();
      const data = { type: "note", seq: 99, receivedAt: "x", sessionId: "other", kept: true };
      await store.append("s", [
        { type: "action", data },
        { type: "action", data, raw: JSON.stringify(data) },
      ]);
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
      const text = 'Größe 飛行 🪂 \u0000 \u2028 \\ " \n end';
      await store.append("s", [action({ text })]);
      expect((await readEvents(store, "s"))[1]?.data["text"]).toBe(text);
    });
  });

  describe(`${name}: deciding`, () => {
    test("lets each decision see all that came before it: 200 goals at once are 200 goals", async () => {
      const { store } = await setUp();
      const addGoal: Decide = (session) => [
        {
          type: "goal_added",
          data: { goalId: `goal-${(session?.state.goals.length ?? 0) + 1}`, description: "reach it" },
        },
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
      const again = await store.append("s", [
        action({ n: 2 }, { eventId: "e-1" }),
        action({ n: 3 }, { eventId: "e-2" }),
      ]);
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

  describe(`${name}: deleting`, () => {
    test("removes the session, its log and its ids", async () => {
      const { store } = await setUp();
      await store.append("s", [action({}, { eventId: "e" }), action()]);
      expect(await store.delete("s")).toBe(true);
      expect(await store.delete("s")).toBe(false);
      expect(await store.readSession("s")).toBeUndefined();
      expect(await store.stats()).toMatchObject({ total: 0, events: 0 });
      expect((await store.append("s", [action({}, { eventId: "e" })])).events).toMatchObject([
        { seq: 2, duplicate: false },
      ]);
    });
  });
}
