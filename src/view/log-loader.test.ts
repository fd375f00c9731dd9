import fc from "fast-check";
import { expect, test } from "vitest";
import type { SessionEvent } from "../core/event.js";
import { filterOfKinds, matchesFilter, mergePages, readFiltered, type PageReaders } from "./event-filter.js";
import { LogLoader } from "./log-loader.js";
import type { EventFilter, EventPage, EventQuery } from "./source.js";
import { makeEvent } from "./testing/make-events.js";

const types = ["action", "response", "goal_added"] as const;
const recordTypes = ["user_prompt", "tool_call", "tool_result", "zzz"];

function logOf(picks: readonly number[]): SessionEvent[] {
  return picks.map((pick, index) =>
    makeEvent(index + 1, types[pick % 3]!, { type: recordTypes[pick % 4]!, text: "x".repeat(pick) }),
  );
}

function pageOf(log: readonly SessionEvent[], { after, before = Infinity, limit, filter }: EventQuery): EventPage {
  const matching = log.filter(
    (event) => matchesFilter(event, filter) && event.seq > (after ?? 0) && event.seq < before,
  );
  return {
    events: after === undefined ? matching.slice(-limit) : matching.slice(0, limit),
    more: matching.length > limit,
  };
}

interface Scene {
  log: SessionEvent[];
  written: number;
  loader: LogLoader;
  filter: EventFilter | undefined;
  live(): void;
}

function scene(picks: readonly number[], filter: EventFilter | undefined, start: number, duringReads: boolean): Scene {
  const log = logOf(picks);
  const made: Scene = {
    log,
    written: Math.min(start, log.length),
    filter,
    live() {
      const event = log[made.written];
      if (event) {
        made.written += 1;
        made.loader.live(event, false);
      }
    },
    loader: new LogLoader({
      head: Math.min(start, log.length),
      filter,
      keep: (event) => matchesFilter(event, filter),
      bounds: { events: 12, weight: 6_000 },
      read: async (query) => {
        // What is written while a page is read may or may not be on it.
        const page = pageOf(log.slice(0, made.written), { ...query, limit: Math.min(query.limit, 7) });
        if (duringReads) made.live();
        return page;
      },
    }),
  };
  return made;
}

function expectNoHoles({ log, written, loader, filter }: Scene): void {
  const { events, from, to } = loader.window;
  const expected = log.slice(0, written).filter(({ seq }) => seq > from && seq <= to);
  expect(events.map(({ seq }) => seq)).toEqual(
    expected.filter((event) => matchesFilter(event, filter)).map(({ seq }) => seq),
  );
  expect(to).toBeLessThanOrEqual(written);
}

const steps = fc.array(fc.constantFrom("newest", "oldest", "older", "newer", "around", "live"), { maxLength: 25 });
const filters = fc.constantFrom(
  undefined,
  filterOfKinds(["prompt"]),
  filterOfKinds(["tool", "goal"]),
  filterOfKinds(["other"]),
);

test("wherever one scrolls and whatever comes meanwhile, the window is the log between its ends", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(40), { maxLength: 80 }),
      filters,
      fc.nat(80),
      steps,
      fc.boolean(),
      async (picks, filter, start, steps, duringReads) => {
        const made = scene(picks, filter, start, duringReads);
        const { loader } = made;
        for (const step of steps) {
          if (step === "live") made.live();
          else if (step === "around") await loader.around((start * 7) % (made.written + 1));
          else await loader[step]();
          expectNoHoles(made);
          expect(loader.head).toBe(made.written);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("a window holds no more than its bound, and at least the newest event", async () => {
  const made = scene(
    Array.from({ length: 500 }, (_, index) => index),
    undefined,
    500,
    false,
  );
  await made.loader.newest();
  for (let step = 0; step < 100; step++) await made.loader.older();
  expect(made.loader.window.from).toBe(0);
  expect(made.loader.window.events.length).toBeLessThanOrEqual(12);
  expect(made.loader.atHead).toBe(false);
  await made.loader.newest();
  expect(made.loader.window.events.at(-1)!.seq).toBe(500);
});

test("rare events are found by reading on until there are some", async () => {
  const log = Array.from({ length: 30_000 }, (_, index) => makeEvent(index + 1, "action", { type: "zzz" }));
  log[2] = makeEvent(3, "response", { type: "tool_result", status: "error" });
  const loader = new LogLoader({
    head: 30_000,
    filter: undefined,
    keep: ({ data }) => data["status"] === "error",
    bounds: { events: 100, weight: 1e6 },
    read: async (query) => pageOf(log, query),
  });
  await loader.newest();
  expect(loader.window.events.map(({ seq }) => seq)).toEqual([3]);
  expect(loader.window.atStart).toBe(true);
});

test("pages of several streams make one page without holes", async () => {
  const arbitrary = fc.record({
    picks: fc.array(fc.nat(40), { maxLength: 60 }),
    kinds: fc.subarray(["prompt", "tool", "goal", "state", "other"] as const, { minLength: 1 }),
    limit: fc.integer({ min: 1, max: 20 }),
    at: fc.nat(60),
    forward: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ picks, kinds, limit, at, forward }) => {
      const log = logOf(picks);
      const filter = filterOfKinds(kinds)!;
      const readers: PageReaders = {
        events: async ({ types, ...bounds }) => pageOf(log, { ...bounds, filter: types && { types } }),
        records: async (stream, { types, ...bounds }) => {
          const type = stream === "actions" ? "action" : "response";
          const filter =
            type === "action"
              ? { types: [type] as const, actions: types }
              : { types: [type] as const, responses: types };
          return pageOf(log, { ...bounds, filter });
        },
      };
      const query: EventQuery = { limit, filter, ...(forward ? { after: at } : { before: at }) };
      const page = await readFiltered(readers, query);
      const whole = pageOf(log, { ...query, limit: 1_000 }).events.map(({ seq }) => seq);
      const seqs = page.events.map(({ seq }) => seq);
      expect(seqs).toEqual(forward ? whole.slice(0, seqs.length) : whole.slice(whole.length - seqs.length));
      expect(page.more).toBe(seqs.length < whole.length);
      expect(seqs.length).toBeGreaterThanOrEqual(Math.min(1, whole.length));
    }),
    { numRuns: 300 },
  );
});

test("merged pages end where the shortest of them was cut off", () => {
  const page = (more: boolean, ...seqs: number[]) => ({ more, events: seqs.map((seq) => makeEvent(seq, "action")) });
  const seqs = (merged: EventPage) => merged.events.map(({ seq }) => seq);
  expect(seqs(mergePages([page(true, 1, 4), page(false, 2, 3, 9)], { after: 0, limit: 9 }))).toEqual([1, 2, 3, 4]);
  expect(seqs(mergePages([page(true, 5, 8), page(false, 2, 6)], { limit: 9 }))).toEqual([5, 6, 8]);
});
