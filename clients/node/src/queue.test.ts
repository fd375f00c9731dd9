import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { EventType } from "./events.js";
import { Queue, type Entry, type Outcome } from "./queue.js";

const now = () => new Date("2026-01-02T03:04:05Z");

function queueOf(options: Partial<ConstructorParameters<typeof Queue>[0]> = {}): Queue {
  return new Queue({
    maxQueue: 1000,
    maxQueueBytes: 1_000_000,
    batchSize: 3,
    batchBytes: 1000,
    now,
    clock: () => 0,
    onDrop: () => {},
    onDropsTold: () => {},
    ...options,
  });
}

function event(name: string, bytes = 10, type: EventType = "action") {
  return { type, eventId: name, timestamp: name, line: `${name}\n`, bytes };
}

function names(batch: readonly Entry[]): string[] {
  return batch.map(({ eventId, line }) => (line.includes("events_dropped") ? `dropped ${countIn(line)}` : eventId));
}

function countIn(line: string): number {
  return (JSON.parse(line) as { data: { count: number } }).data.count;
}

/** Everything that a server which takes all would get, batch by batch. */
function drain(queue: Queue): string[][] {
  const batches: string[][] = [];
  for (let batch = queue.take(true); batch.length > 0; batch = queue.take(true)) {
    batches.push(names(batch));
    queue.finish();
  }
  return batches;
}

test("hands out batches in order, bounded in events and bytes", () => {
  const queue = queueOf();
  for (const name of ["a", "b", "c", "d"]) queue.add(event(name));
  for (const name of ["e", "f"]) queue.add(event(name, 600));
  expect(drain(queue)).toEqual([["a", "b", "c"], ["d", "e"], ["f"]]);
  expect(queue.isEmpty).toBe(true);
});

test("sends an event alone that is larger than a batch", () => {
  const queue = queueOf();
  for (const name of ["a", "b"]) queue.add(event(name, 5000));
  expect(drain(queue)).toEqual([["a"], ["b"]]);
});

test("sends what begins a session alone, at its place", () => {
  const queue = queueOf();
  queue.add(event("a"));
  queue.add(event("start", 10, "session_created"));
  queue.add(event("b"));
  expect(drain(queue)).toEqual([["a"], ["start"], ["b"]]);
});

test("sends a batch that failed again as it was", () => {
  const queue = queueOf();
  queue.add(event("a"));
  expect(names(queue.take(true))).toEqual(["a"]);
  queue.add(event("b"));
  queue.release();
  expect(drain(queue)).toEqual([["a"], ["b"]]);
});

test("halves a batch that was refused, the smaller half first", () => {
  const queue = queueOf();
  for (const name of ["a", "b", "c"]) queue.add(event(name));
  queue.take(true);
  queue.halve();
  expect(drain(queue)).toEqual([["a"], ["b", "c"]]);
});

test("drops the oldest that are in no request, and tells of them where they are missing", () => {
  const queue = queueOf({ maxQueue: 3 });
  const outcomes: Outcome[] = [];
  queue.add(event("a"));
  queue.take(true);
  for (const name of ["b", "c", "d", "e"]) queue.add({ ...event(name), settle: (outcome) => outcomes.push(outcome) });
  expect(outcomes).toEqual([{ kind: "dropped" }, { kind: "dropped" }]);
  expect(queue.pendingDrops).toEqual({ count: 2, from: "b", to: "c" });
  queue.release();
  expect(drain(queue)).toEqual([["a"], ["dropped 2", "d", "e"]]);
  expect(queue.pendingDrops).toBeUndefined();
});

test("drops from a batch that waits to be tried again", () => {
  const queue = queueOf({ maxQueue: 3 });
  for (const name of ["a", "b", "c"]) queue.add(event(name));
  queue.take(true);
  queue.release();
  queue.add(event("d"));
  expect(drain(queue)).toEqual([["dropped 1", "b", "c"], ["d"]]);
});

test("tells of drops apart from what begins a session", () => {
  const queue = queueOf({ maxQueue: 1 });
  queue.add(event("a"));
  queue.add(event("start", 10, "session_created"));
  expect(drain(queue)).toEqual([["dropped 1"], ["start"]]);
});

test("sends what others left first, does not bound it, and fills the batch with its own", () => {
  const queue = queueOf({ maxQueue: 1, batchSize: 5 });
  queue.add(event("mine"));
  for (const name of ["old-1", "old-2"]) queue.addLeft(event(name));
  expect(names(queue.take(false))).toEqual(["old-1", "old-2"]);
  queue.finish();
  for (const name of ["old-3", "old-4"]) queue.addLeft(event(name));
  expect(drain(queue)).toEqual([["old-3", "old-4", "mine"]]);
});

const step = fc.oneof(
  fc.record({ do: fc.constant("add" as const), bytes: fc.integer({ min: 1, max: 400 }) }),
  fc.constantFrom(
    { do: "take" as const },
    { do: "fail" as const },
    { do: "finish" as const },
    { do: "halve" as const },
  ),
);

test("whatever happens, each event is sent once or counted as dropped, in order and within bounds", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = queueOf({ maxQueue: 6, maxQueueBytes: 1000, batchSize: 4, batchBytes: 500 });
      const sent: string[] = [];
      let added = 0;
      let taken: string[] | undefined;
      for (const each of steps) {
        if (each.do === "add") queue.add(event(String((added += 1)), each.bytes));
        else if (each.do === "take") taken ??= takeNames(queue);
        else if (taken && (each.do !== "halve" || taken.length > 1)) {
          if (each.do === "finish") sent.push(...taken);
          const end = { fail: () => queue.release(), finish: () => queue.finish(), halve: () => queue.halve() };
          end[each.do]();
          taken = undefined;
        }
        const waiting = [...queue.entries()].filter(({ ordinal }) => ordinal !== undefined);
        expect(waiting.length).toBeLessThanOrEqual(6 + 1);
      }
      if (taken) queue.release();
      sent.push(...drain(queue).flat());
      const numbers = sent.filter((name) => !name.startsWith("dropped")).map(Number);
      const dropped = sent.flatMap((name) => (name.startsWith("dropped") ? [Number(name.slice(8))] : []));
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      expect(numbers.length + dropped.reduce((sum, count) => sum + count, 0)).toBe(added);
    }),
  );
});

function takeNames(queue: Queue): string[] | undefined {
  const batch = names(queue.take(true));
  return batch.length > 0 ? batch : undefined;
}
