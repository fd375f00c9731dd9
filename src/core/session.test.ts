import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eventTypes, type EventType } from "./event.js";
import type { JsonObject, JsonValue } from "./json.js";
import { emptySession, reduceSession, type Session } from "./session.js";
import type { FoldedEvent } from "./state.js";

const at = (seq: number) => new Date(Date.UTC(2026, 0, 31, 9, 30, seq)).toISOString();
const numbered = (events: readonly [EventType, JsonObject][], from = 1): FoldedEvent[] =>
  events.map(([type, data], index) => ({ type, data, seq: from + index, timestamp: at(from + index) }));
const fold = (events: readonly FoldedEvent[], start: Session = emptySession("s")) =>
  events.reduce(reduceSession, start);

describe("initial and final", () => {
  test("are what create and finalize were given", () => {
    const session = fold(
      numbered([
        ["session_created", { initial: { source: "cli" } }],
        ["session_finalized", { status: "error", outcome: 5 }],
      ]),
    );
    expect(session).toMatchObject({
      initial: { source: "cli" },
      final: { status: "failed", outcome: 5, finalized: at(2) },
      metadata: { status: "failed" },
    });
  });

  test.each<JsonValue>([null, [], "cli", 5])("initial is an object, also where create says %j", (initial) => {
    expect(fold(numbered([["session_created", { initial }]])).initial).toEqual({});
  });

  test("a reopened session has no final until it is finalized again", () => {
    const events: [EventType, JsonObject][] = [
      ["session_created", {}],
      ["session_finalized", {}],
      ["metadata_updated", { status: "active" }],
    ];
    expect(fold(numbered(events))).toMatchObject({
      final: null,
      metadata: { status: "active", liveness: { status: "running", since: at(3) } },
    });
    expect(fold(numbered([...events, ["session_finalized", { status: "failed" }]])).final).toEqual({
      status: "failed",
      finalized: at(4),
    });
  });

  test("a patch of other metadata, and events that come late, leave the final", () => {
    const late: [EventType, JsonObject][] = [
      ["metadata_updated", { cost: 2 }],
      ["action", { type: "tool_call" }],
    ];
    expect(fold(numbered([["session_finalized", { outcome: 1 }], ...late])).final).toMatchObject({ outcome: 1 });
  });
});

// Few ids and keys, so that events meet what others left.
const names = fc.constantFrom("a", "b", "c");
const values: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue[]>(
    null,
    1,
    "x",
    "+1",
    [],
    {},
    "active",
    "completed",
    "failed",
    "cancelled",
    "pending",
    "tool_call",
    "bash_exec",
  ),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<JsonValue>,
);
const keys = fc.constantFrom(
  "type",
  "status",
  "description",
  "phase",
  "workspace",
  "initial",
  "tags",
  "userId",
  "liveness",
  "metrics.toolCalls",
  "x",
  "__proto__",
);
const data = fc
  .tuple(names, names, fc.array(fc.tuple(keys, values), { maxLength: 4 }))
  .map(([goalId, agentId, entries]): JsonObject => ({
    ...Object.fromEntries(entries),
    goalId,
    agentId,
    subsession: agentId,
  }));
const types = fc.oneof(
  fc.constantFrom(...eventTypes),
  fc.constantFrom<EventType[]>("session_finalized", "metadata_updated", "plan_changed" as EventType),
);
const reopen = fc.constant<[EventType, JsonObject]>(["metadata_updated", { status: "active" }]);
const logs = fc
  .array(fc.oneof({ weight: 5, arbitrary: fc.tuple(types, data) }, { weight: 1, arbitrary: reopen }), { maxLength: 25 })
  .map((events) => numbered(events));

describe("any log", () => {
  test("folds the same from snapshots of its state and its metadata, whenever each was taken", () => {
    fc.assert(
      fc.property(logs, fc.nat(25), fc.nat(25), (log, stateAt, metadataAt) => {
        const { state } = fold(log.slice(0, stateAt));
        const { metadata, initial, final } = fold(log.slice(0, metadataAt));
        const from = Math.min(state.seq, metadata.eventCount);
        expect(fold(log.slice(from), { state, metadata, initial, final })).toEqual(fold(log));
      }),
      { numRuns: 300 },
    );
  });

  test("folds the same where any part of it comes twice", () => {
    fc.assert(
      fc.property(logs, fc.nat(25), fc.nat(25), (log, upTo, again) => {
        const session = fold(log.slice(0, upTo));
        expect(fold(log.slice(0, again), session)).toEqual(fold(log.slice(0, Math.max(upTo, again))));
        const whole = fold(log);
        expect(fold(log, whole)).toBe(whole);
      }),
    );
  });

  test("counts every event, and a version never more often", () => {
    fc.assert(
      fc.property(logs, (log) => {
        const { state, metadata, final } = fold(log);
        expect(state.seq).toBe(log.length);
        expect(metadata.eventCount).toBe(log.length);
        expect(metadata.sessionId).toBe("s");
        expect(state.version).toBeLessThanOrEqual(log.length);
        expect(metadata.status === "active" && final !== null).toBe(false);
      }),
    );
  });

  test("folds without touching the sessions before, the events or any prototype", () => {
    const clean = Object.getOwnPropertyNames(Object.prototype);
    fc.assert(
      fc.property(logs, (log) => {
        const frozen = deepFreeze(structuredClone(log));
        const session = frozen.reduce(
          (before: Session, event) => deepFreeze(reduceSession(before, event)),
          deepFreeze(emptySession("s")),
        );
        expect(JSON.stringify(session)).toBe(JSON.stringify(fold(log)));
        expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(clean);
      }),
    );
  });

  test("folds to what JSON keeps, so that a snapshot is the session", () => {
    fc.assert(
      fc.property(logs, (log) => {
        const session = fold(JSON.parse(JSON.stringify(log)) as FoldedEvent[]);
        expect(JSON.parse(JSON.stringify(session))).toEqual(session);
      }),
    );
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
