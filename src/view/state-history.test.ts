import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptySession, reduceSession } from "../core/session.js";
import type { SessionEvent } from "../core/event.js";
import { applyMergePatch, type JsonObject, type JsonValue } from "../core/json.js";
import { diffJson } from "./json-diff.js";
import { StateHistory } from "./state-history.js";
import { StateSummary } from "./summary.js";
import { makeEvent } from "./testing/make-events.js";
import { MemorySource } from "./testing/memory-source.js";

const changes: ((seq: number) => SessionEvent)[] = [
  (seq) => makeEvent(seq, "state_updated", { phase: `p${seq}`, currentStep: { at: seq } }),
  (seq) => makeEvent(seq, "state_updated", { currentStep: null, [`k${seq % 3}`]: seq }),
  (seq) => makeEvent(seq, "state_updated", { currentStep: { more: "x" } }),
  (seq) => makeEvent(seq, "goal_added", { goalId: `g${seq % 4}`, description: "x" }),
  (seq) =>
    makeEvent(seq, "goal_updated", { goalId: `g${seq % 4}`, status: ["completed", "cancelled", "odd"][seq % 3]! }),
  (seq) => makeEvent(seq, "agent_spawned", { agentId: `a${seq % 3}`, type: "t" }),
  (seq) => makeEvent(seq, "agent_completed", { agentId: `a${seq % 3}`, status: seq % 2 ? "failed" : "completed" }),
  (seq) => makeEvent(seq, "action", { type: "x" }),
  (seq) => makeEvent(seq, "metadata_updated", { model: "m" }),
];

function logOf(picks: readonly number[]): SessionEvent[] {
  return picks.map((pick, index) => changes[pick % changes.length]!(index + 1));
}

function stateAt(log: readonly SessionEvent[], seq: number) {
  return log.slice(0, seq).reduce(reduceSession, emptySession("s")).state;
}

describe("the state at any seq", () => {
  test("is the fold of the events up to it, in whatever order one steps", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(20), { minLength: 1, maxLength: 60 }),
        fc.array(fc.nat(60)),
        async (picks, seqs) => {
          const log = logOf(picks);
          const source = new MemorySource();
          source.write(log);
          const history = new StateHistory(source, "s");
          for (const wanted of seqs) {
            const seq = Math.min(wanted, log.length);
            expect(await history.at(seq, log.length)).toEqual(stateAt(log, seq));
          }
        },
      ),
    );
  });

  test("far into a log costs one state of the source and what changed since, and stepping on from there nothing", async () => {
    const log = logOf(Array.from({ length: 12_000 }, (_, index) => (index % 50 === 0 ? 0 : 7)));
    const source = new MemorySource();
    source.write(log);
    const history = new StateHistory(source, "s");
    expect(await history.at(11_003, 12_000)).toEqual(stateAt(log, 11_003));
    expect(source.asked).toEqual(["state s 10000", "events s 10000 12001 1000"]);
    for (const seq of [11_004, 11_002, 10_001, 12_000]) {
      expect(await history.at(seq, 12_000)).toEqual(stateAt(log, seq));
    }
    expect(source.asked).toHaveLength(2);
  });

  test("reads on where the log grew since", async () => {
    const log = logOf([0, 3, 4, 0, 3, 7, 0]);
    const source = new MemorySource();
    source.write(log.slice(0, 3));
    const history = new StateHistory(source, "s");
    expect(await history.at(3, 3)).toEqual(stateAt(log, 3));
    source.write(log.slice(3));
    expect(await history.at(7, 7)).toEqual(stateAt(log, 7));
    expect(await history.at(2, 7)).toEqual(stateAt(log, 2));
  });

  test("is asked for again after it could not be read", async () => {
    const log = logOf([0, 3]);
    const source = new MemorySource();
    source.write(log);
    const history = new StateHistory(source, "s");
    source.failure = new Error("away") as never;
    await expect(history.at(2, 2)).rejects.toThrow("away");
    source.failure = null;
    expect(await history.at(2, 2)).toEqual(stateAt(log, 2));
  });
});

test("what a row shows of a state is what the whole fold says", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 60 }), fc.nat(60), (picks, start) => {
      const log = logOf(picks);
      const from = Math.min(start, log.length);
      const folded = new StateSummary(stateAt(log, from));
      // What was read already may come again.
      for (const event of log.slice(Math.max(0, from - 3))) folded.take(event);
      expect(folded.summary).toEqual(new StateSummary(stateAt(log, log.length)).summary);
    }),
  );
});

describe("a diff", () => {
  test("names what was added, taken away and changed; goals by their ids", () => {
    const before = {
      phase: "a",
      gone: 1,
      list: [1, 2],
      goals: [
        { goalId: "x", status: "pending" },
        { goalId: "y", status: "done" },
      ],
    };
    const after = {
      phase: "b",
      list: [1, 3, 4],
      goals: [
        { goalId: "y", status: "done" },
        { goalId: "z", status: "new" },
      ],
      come: null,
    };
    expect(diffJson(before, after)).toEqual([
      { path: ["phase"], kind: "changed", before: "a", after: "b" },
      { path: ["gone"], kind: "removed", before: 1 },
      { path: ["list", 1], kind: "changed", before: 2, after: 3 },
      { path: ["list", 2], kind: "added", after: 4 },
      { path: ["goals", "[x]"], kind: "removed", before: { goalId: "x", status: "pending" } },
      { path: ["goals", "[z]"], kind: "added", after: { goalId: "z", status: "new" } },
      { path: ["come"], kind: "added", after: null },
    ]);
  });

  test("is empty between equal values, and undoes a merge patch's changes where there are any", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()), (value, patch) => {
        const before = value as JsonValue;
        expect(diffJson(before, structuredClone(before))).toEqual([]);
        const after = applyMergePatch(before, patch as JsonObject);
        expect(diffJson(before, after).length === 0).toBe(canonical(before) === canonical(after));
      }),
    );
  });
});

function canonical(value: JsonValue): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
