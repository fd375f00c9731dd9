import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EventType, NewEvent, SessionEvent } from "../../core/event.js";
import type { JsonObject } from "../../core/json.js";
import { emptySession, reduceSession, type Session } from "../../core/session.js";
import { createMemoryStore } from "../memory/memory-store.js";
import { parsePage } from "../page.js";
import type { Decide, PageQuery, SessionStore } from "../session-store.js";
import { allEvents, copyStore, findingsOf, openStore, testFolder } from "./testing.js";
import { openFileStore } from "./file-store.js";

const sessionIds = ["a", "b", "c"];
const start = Date.parse("2026-01-31T09:30:00.000Z");

const eventArbitrary: fc.Arbitrary<NewEvent> = fc
  .record({
    kind: fc.constantFrom<EventType>(
      "action",
      "response",
      "state_updated",
      "goal_added",
      "goal_updated",
      "agent_spawned",
      "agent_completed",
      "metadata_updated",
      "session_finalized",
    ),
    id: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
    name: fc.constantFrom("g1", "g2"),
    text: fc.string({ unit: "grapheme", maxLength: 12 }),
  })
  .map(({ kind, id, name, text }) => ({
    type: kind,
    data: dataOf(kind, name, text),
    ...(id !== undefined && { eventId: `id-${id}` }),
  }));

function dataOf(type: EventType, name: string, text: string): JsonObject {
  if (type === "action" || type === "response") return { type: name === "g1" ? "tool_call" : "file_edit", text };
  if (type === "state_updated") return { phase: text, [name]: { text } };
  if (type === "metadata_updated")
    return name === "g1" ? { "tokenUsage.input": "+3", cost: 0.5 } : { status: "active", tags: [text] };
  if (type === "session_finalized") return { status: name === "g1" ? "success" : "failed" };
  if (type === "agent_spawned" || type === "agent_completed") return { agentId: name, type: "worker", task: text };
  return { goalId: name, description: text, status: type === "goal_updated" ? "completed" : "pending" };
}

type Operation =
  | { do: "append" | "decide"; session: string; events: NewEvent[]; together: boolean }
  | { do: "delete"; session: string }
  | { do: "reopen" | "crash" };

const sessionArbitrary = fc.constantFrom(...sessionIds);
const operationArbitrary: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constantFrom("append" as const, "append" as const, "decide" as const),
      session: sessionArbitrary,
      events: fc.array(eventArbitrary, { minLength: 1, maxLength: 4 }),
      together: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("delete" as const), session: sessionArbitrary }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("reopen" as const, "crash" as const) }) },
);

/** A decision on what the session is, so that it shows what the store lets it see. */
function decide(events: readonly NewEvent[]): Decide {
  return (session) => [...events, { type: "state_updated", data: { seen: session?.state.goals.length ?? -1 } }];
}

/** The log without the ids that the store made. */
async function logOf(store: SessionStore, sessionId: string): Promise<unknown[]> {
  const events = await allEvents(store, sessionId);
  return events.map((event) => {
    const data: JsonObject = { ...event.data };
    const own = event.eventId.startsWith("id-");
    if (!own) delete data["eventId"];
    return { ...event, data, eventId: own ? event.eventId : "" };
  });
}

async function snapshotOf(store: SessionStore): Promise<Map<string, { session: Session | undefined; log: unknown[] }>> {
  const all = new Map<string, { session: Session | undefined; log: unknown[] }>();
  for (const id of sessionIds) all.set(id, { session: await store.readSession(id), log: await logOf(store, id) });
  return all;
}

/** The exported log, folded by whoever has it. */
async function foldsOf(store: SessionStore): Promise<Map<string, Session | undefined>> {
  const folds = new Map<string, Session | undefined>();
  for (const id of sessionIds) {
    const events = await allEvents(store, id);
    folds.set(id, events.length === 0 ? undefined : events.reduce(reduceSession, emptySession(id)));
  }
  return folds;
}

describe("any sequence of operations", () => {
  test(
    "gives the same sessions from the live store, after a restart, after a crash, and from folding the log",
    { timeout: 60_000 },
    async () => {
      const run = async (operations: Operation[], hotSessions: number) => {
        const clock = { now: start };
        const now = () => clock.now;
        const options = { now, hotSessions, snapshotIntervalMs: 5, segmentBytes: 1500 };
        let path = testFolder();
        let store = await openFileStore({ path, ...options });
        const model = createMemoryStore({ now });
        const pending = new Map<string, Promise<unknown>>();
        const settle = async () => {
          await Promise.all(pending.values());
          pending.clear();
          clock.now += 700;
        };
        const reopen = async (crash: boolean) => {
          await settle();
          const next = crash ? copyStore(path) : path;
          await store.close();
          path = next;
          store = await openFileStore({ path, ...options });
        };
        for (const operation of operations) {
          if (operation.do === "append" || operation.do === "decide") {
            const { session, events, together } = operation;
            // What is sent at the same time to one session may be stored in any order.
            if (!together || pending.has(session)) await settle();
            const write = operation.do === "append" ? events : decide(events);
            pending.set(session, Promise.all([store.append(session, write), model.append(session, write)]));
          } else if (operation.do === "delete") {
            await settle();
            expect(await store.delete(operation.session)).toBe(await model.delete(operation.session));
          } else await reopen(operation.do === "crash");
        }
        await settle();
        const expected = await snapshotOf(model);
        try {
          expect(await snapshotOf(store)).toEqual(expected);
          const { metadata } = {
            metadata: [...expected.values()].flatMap(({ session }) => (session ? [session.metadata] : [])),
          };
          expect((await store.listSessions({ limit: 9 })).sessions).toEqual(expect.arrayContaining(metadata));
          expect(await store.stats()).toMatchObject({ total: metadata.length });
          await reopen(true);
          expect(await snapshotOf(store)).toEqual(expected);
          await reopen(false);
          expect(await snapshotOf(store)).toEqual(expected);
          expect(await foldsOf(store)).toEqual(new Map([...expected].map(([id, { session }]) => [id, session])));
        } finally {
          await store.close();
        }
        expect(await findingsOf(path)).toEqual([]);
      };
      const inputs = fc.asyncProperty(
        fc.array(operationArbitrary, { minLength: 1, maxLength: 14 }),
        fc.constantFrom(1, 2, 1000),
        run,
      );
      await fc.assert(inputs, { numRuns: Number(process.env["PROPERTY_RUNS"] ?? 12), endOnFailure: true });
    },
  );
});

const lineArbitrary = fc.record({
  stream: fc.constantFrom<EventType>("action", "action", "response", "state_updated"),
  size: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 400 }) },
    { weight: 2, arbitrary: fc.integer({ min: 3000, max: 70_000 }) },
    fc.integer({ min: 100_000, max: 200_000 }),
  ),
  type: fc.constantFrom("a", "b/c", "größe"),
  escaped: fc.boolean(),
});

const queryArbitrary = (head: number): fc.Arbitrary<PageQuery> =>
  fc.record(
    {
      of: fc.constantFrom<PageQuery["of"]>("events", "actions", "responses", "changes"),
      after: fc.integer({ min: 0, max: head + 2 }),
      before: fc.integer({ min: 0, max: head + 3 }),
      limit: fc.integer({ min: 1, max: head + 2 }),
      types: fc.subarray(["a", "b/c", "größe", "action", "response", "state_updated", "session_created"]),
    },
    { requiredKeys: ["of", "limit"] },
  ) as fc.Arbitrary<PageQuery>;

/** The text of a record, with its type written with escapes where that is asked for. */
function rawOf(type: string, text: string, escaped: boolean): string {
  const plain = JSON.stringify(type);
  const codes = [...type].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
  return `{"type":${escaped ? `"${codes}"` : plain.replace("/", "\\/")},"text":"${text}"}`;
}

describe("pages", () => {
  test("of lines of any size, in any range, are those of a plain list", { timeout: 60_000 }, async () => {
    const { store } = await openStore(testFolder(), { now: () => start });
    let session = 0;
    const run = async (
      lines: { stream: EventType; size: number; type: string; escaped: boolean }[],
      queries: PageQuery[],
    ) => {
      const id = `s${++session}`;
      const model = createMemoryStore({ now: () => start });
      const events = lines.map(({ stream, size, type, escaped }, index): NewEvent => {
        const raw = rawOf(type, "x".repeat(size), escaped);
        return { type: stream, data: JSON.parse(raw) as JsonObject, raw, eventId: `e${index}` };
      });
      const all: NewEvent[] = [{ type: "session_created", data: {}, eventId: "created" }, ...events];
      // In two steps, so that one part of the answer comes from the files alone.
      for (const target of [store, model]) {
        await target.append(id, all.slice(0, 3));
        await target.append(id, all.slice(3));
      }
      for (const query of queries) {
        const [page, expected] = [await store.readPage(id, query), await model.readPage(id, query)];
        expect(parsePage(page), JSON.stringify(query)).toEqual(parsePage(expected));
        expect({ ...page, lines: "" }, JSON.stringify(query)).toEqual({ ...expected, lines: "" });
      }
    };
    const lists = fc
      .array(lineArbitrary, { minLength: 1, maxLength: 50 })
      .filter((lines) => lines.reduce((sum, { size }) => sum + size, 0) < 1_200_000);
    const inputs = lists.chain((lines) =>
      fc.tuple(fc.constant(lines), fc.array(queryArbitrary(lines.length + 1), { minLength: 5, maxLength: 20 })),
    );
    await fc.assert(
      fc.asyncProperty(inputs, ([lines, queries]) => run(lines, queries)),
      { numRuns: Number(process.env["PROPERTY_RUNS"] ?? 40) },
    );
  });

  test("find a type however it is written", async () => {
    const { store } = await openStore(testFolder());
    for (const type of ["abc", "b/c", "größe"]) {
      const raw = rawOf(type, "", true);
      await store.append("s", [{ type: "action", data: JSON.parse(raw) as JsonObject, raw }]);
      expect(await store.readPage("s", { of: "actions", types: [type], limit: 5 })).toMatchObject({ count: 1 });
    }
    const raw = rawOf("d/e", "", false);
    await store.append("t", [{ type: "action", data: JSON.parse(raw) as JsonObject, raw }]);
    expect(await store.readPage("t", { of: "actions", types: ["d/e"], limit: 5 })).toMatchObject({ count: 1 });
  });

  test("hold at most so many bytes, and together everything", async () => {
    const { store } = await openStore(testFolder());
    const text = "x".repeat(200_000);
    for (let n = 0; n < 60; n++) {
      await store.append("s", [{ type: n % 2 === 0 ? "action" : "response", data: { type: "note", n, text } }]);
    }
    const seen: number[] = [];
    for (let after = 0, more = true; more;) {
      const page = await store.readPage("s", { of: "events", after, limit: 1000 });
      expect(page.lines.length).toBeLessThan(13_000_000);
      seen.push(...parsePage<SessionEvent>(page).map(({ seq }) => seq));
      ({ last: after, more } = page);
    }
    expect(seen).toEqual(Array.from({ length: 61 }, (_, index) => index + 1));
    const backwards: number[] = [];
    for (let before = 62, more = true; more;) {
      const page = await store.readPage("s", { of: "events", before, limit: 1000 });
      backwards.unshift(...parsePage<SessionEvent>(page).map(({ seq }) => seq));
      before = page.first;
      more = page.more;
    }
    expect(backwards).toEqual(seen);
  });
});
