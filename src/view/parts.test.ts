import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { AppError } from "../core/errors.js";
import { initialMetadata } from "../core/metadata.js";
import type { Agent, Goal } from "../core/state.js";
import { agentRows } from "./agent-tree.js";
import { createApprovals } from "./approvals-view.js";
import { createCoalescer } from "./coalesce.js";
import { connecting, reduceConnection } from "./connection.js";
import { goalProgress, sortedGoals } from "./goal-progress.js";
import { perSecond, RateRing } from "./rate-ring.js";
import { keepInView, moveScroll } from "./scroll.js";
import type { PendingApproval } from "./source.js";
import { manualClock } from "./testing/manual-clock.js";
import { MemorySource } from "./testing/memory-source.js";
import { waitingOf } from "./waiting.js";

describe("a coalescer", () => {
  test("answers the first request at once, any number at its rate, and leaves none out", async () => {
    const clock = manualClock(0);
    const calls: number[] = [];
    const coalescer = createCoalescer(clock, 20, () => calls.push(clock.now()));
    coalescer.request();
    await clock.advance(0);
    expect(calls).toEqual([0]);
    for (let step = 0; step < 100; step++) {
      coalescer.request();
      await clock.advance(1);
    }
    expect(calls).toEqual([0, 50, 100]);
    await clock.advance(500);
    expect(calls).toHaveLength(3);
    coalescer.request();
    coalescer.close();
    await clock.advance(500);
    expect(calls).toHaveLength(3);
  });

  test("is not held up by a clock that is set back", async () => {
    let now = 1_000_000;
    const timers: number[] = [];
    const clock = { now: () => now, setTimer: (run: () => void, ms: number) => (timers.push(ms), run(), () => {}) };
    const coalescer = createCoalescer(clock, 20, () => {});
    coalescer.request();
    now = 0;
    coalescer.request();
    expect(timers.every((ms) => ms <= 50)).toBe(true);
  });
});

test("a lost connection remembers since when what is shown is old, through every try", () => {
  let connection = reduceConnection(connecting, { state: "live" }, 100);
  connection = reduceConnection(connection, { state: "waiting", attempt: 1, retryAt: 250, reason: "closed" }, 200);
  expect(connection).toEqual({ state: "lost", since: 200, attempt: 1, retryAt: 250, reason: "closed" });
  connection = reduceConnection(connection, { state: "connecting", attempt: 2 }, 250);
  expect(connection).toEqual({ state: "lost", since: 200, attempt: 2, retryAt: null, reason: "closed" });
  expect(reduceConnection(connection, { state: "paused" }, 260)).toBe(connection);
  expect(reduceConnection(connection, { state: "live" }, 300)).toEqual({ state: "live", since: 300 });
  expect(reduceConnection({ state: "live", since: 1 }, { state: "live" }, 9)).toEqual({ state: "live", since: 1 });
});

describe("agents", () => {
  const agent = (agentId: string, parentAgentId?: string, more: object = {}): Agent =>
    ({ agentId, type: "t", status: "active", spawned: "2026-03-01T10:00:00.000Z", parentAgentId, ...more }) as Agent;

  test("nest below their parents, with how long they run", () => {
    const now = Date.parse("2026-03-01T10:01:00.000Z");
    const done = { status: "completed", completed: "2026-03-01T10:00:05.000Z", task: { do: "x\u001b" } };
    const rows = agentRows([agent("a"), agent("b"), agent("c", "a", done), agent("d", "a"), agent("e", "gone")], now);
    expect(
      rows.map(({ agentId, depth, isLast, trunk, children }) => [agentId, depth, isLast, trunk, children]),
    ).toEqual([
      ["a", 0, false, [], 2],
      ["c", 1, false, [true], 0],
      ["d", 1, true, [true], 0],
      ["b", 0, false, [], 0],
      ["e", 0, true, [], 0],
    ]);
    expect(rows.map(({ runningMs }) => runningMs)).toEqual([60_000, 5_000, 60_000, 60_000, 60_000]);
    expect(rows[1]!.task).toBe('{"do":"x\\u001b"}');
  });

  test("each appear once, whatever their parents are said to be", () => {
    const id = fc.constantFrom("a", "b", "c", "d", "e");
    fc.assert(
      fc.property(fc.array(fc.tuple(id, fc.option(id, { nil: undefined })), { maxLength: 8 }), (pairs) => {
        const agents = pairs.map(([own, parent]) => agent(own, parent));
        const rows = agentRows(agents, 0);
        expect(rows).toHaveLength(agents.length);
        expect(new Set(rows.map((row) => row.agent))).toEqual(new Set(agents));
        for (const row of rows) expect(row.trunk).toHaveLength(row.depth);
      }),
    );
  });
});

test("goals that were given up do not count, and what is worked on stands first", () => {
  const goal = (goalId: string, status: Goal["status"]) => ({
    goalId,
    status,
    description: "",
    created: "",
    updated: "",
  });
  const goals = [goal("a", "completed"), goal("b", "cancelled"), goal("c", "in_progress"), goal("d", "failed")];
  expect(goalProgress(goals)).toMatchObject({ done: 1, total: 3, fraction: 1 / 3 });
  expect(goalProgress([])).toMatchObject({ done: 0, total: 0, fraction: 0 });
  expect(sortedGoals(goals).map(({ goalId }) => goalId)).toEqual(["c", "d", "a", "b"]);
});

test("a rate counts seconds, forgets old ones, and bears a clock that is set back", () => {
  const ring = new RateRing(5);
  ring.add(10_000, 3);
  ring.add(12_500);
  expect(ring.read(12_900)).toEqual([0, 0, 3, 0, 1]);
  ring.add(11_000);
  expect(ring.read(13_000)).toEqual([0, 3, 0, 2, 0]);
  expect(ring.isQuiet(16_000)).toBe(false);
  expect(ring.read(18_000)).toEqual([0, 0, 0, 0, 0]);
  ring.add(20_000);
  expect(ring.isQuiet(25_000)).toBe(true);
  expect(perSecond([9, 1, 2, 3, 4, 5, 100])).toBe(3);
});

test("a selection stays in the rows, and the window with it", () => {
  const scroll = fc.record({
    offset: fc.integer({ min: -5, max: 50 }),
    height: fc.integer({ min: 1, max: 20 }),
    selected: fc.integer({ min: -1, max: 60 }),
  });
  fc.assert(
    fc.property(
      scroll,
      fc.nat(50),
      fc.oneof(fc.integer({ min: -60, max: 60 }), fc.constantFrom(Infinity, -Infinity)),
      fc.nat(3),
      (before, count, by, margin) => {
        for (const after of [keepInView(before, count, margin), moveScroll(before, by, count, margin)]) {
          expect(after.offset).toBeGreaterThanOrEqual(0);
          expect(after.offset).toBeLessThanOrEqual(Math.max(0, count - after.height));
          expect(after.selected).toBeLessThan(Math.max(count, 1));
          if (after.selected >= 0) {
            expect(after.selected).toBeGreaterThanOrEqual(after.offset);
            expect(after.selected).toBeLessThan(after.offset + after.height);
          }
        }
      },
    ),
  );
  expect(moveScroll({ offset: 0, height: 10, selected: -1 }, 1, 30).selected).toBe(0);
  expect(moveScroll({ offset: 0, height: 10, selected: 3 }, Infinity, 30)).toEqual({
    offset: 20,
    height: 10,
    selected: 29,
  });
});

test("what a session waits for is read from its liveness, and nothing once it is over", () => {
  const metadata = {
    ...initialMetadata("s"),
    liveness: {
      status: "waiting",
      since: "2026-03-01T10:00:00.000Z",
      waitingFor: { kind: "permission", message: "m", tool: "Bash", input: { a: 1 }, approvalId: "p" },
    },
  };
  expect(waitingOf(metadata)).toEqual({
    kind: "permission",
    message: "m",
    since: Date.parse("2026-03-01T10:00:00Z"),
    tool: "Bash",
    input: { a: 1 },
    toolCallId: null,
    agentId: null,
    approvalId: "p",
  });
  expect(waitingOf({ ...metadata, liveness: { status: "waiting", since: "", reason: "a word" } })).toMatchObject({
    kind: "prompt",
    message: "a word",
    since: null,
  });
  expect(waitingOf({ ...metadata, status: "failed" })).toBeNull();
  expect(waitingOf(initialMetadata("s"))).toBeNull();
});

describe("approvals", () => {
  const request = (approvalId: string, requestedAt: string) => ({
    approvalId,
    requestedAt,
    sessionId: "s",
    tool: "Bash",
    input: null,
    message: "",
    expiresAt: "",
  });

  function opened(approvals: MemorySource["approvals"]) {
    const source = Object.assign(new MemorySource(), { approvals });
    const clock = manualClock();
    const view = createApprovals({ source, clock });
    onTestFinished(view.subscribe(() => {}));
    onTestFinished(() => view.close());
    return { clock, view };
  }

  test("that wait are listed, oldest first, and gone once one is decided", async () => {
    let pending: PendingApproval[] = [request("b", "2"), request("a", "1")];
    const decided: unknown[] = [];
    const { view, clock } = opened({
      list: async () => pending,
      decide: async (approvalId, decision) => {
        decided.push([approvalId, decision]);
        pending = pending.filter((known) => known.approvalId !== approvalId);
      },
    });
    await clock.advance(100);
    expect(view.getSnapshot().pending.map(({ approvalId }) => approvalId)).toEqual(["a", "b"]);
    const answer = view.decide("a", { decision: "deny", reason: "no" });
    await clock.advance(0);
    expect(await answer).toBeNull();
    expect(decided).toEqual([["a", { decision: "deny", reason: "no" }]]);
    pending = [];
    await clock.advance(4_000);
    expect(view.getSnapshot()).toMatchObject({ available: true, pending: [], error: null });
    expect(view.getSnapshot().deciding.size).toBe(0);
  });

  test("that somebody else answered are said to be", async () => {
    const failure = new AppError("not_found", "It was answered meanwhile.");
    const { view, clock } = opened({ list: async () => [], decide: () => Promise.reject(failure) });
    const answer = view.decide("a", { decision: "allow" });
    await clock.advance(100);
    expect(await answer).toEqual({ code: "not_found", message: "It was answered meanwhile." });
  });

  test("are not available from files, nor where the server has none", async () => {
    expect(opened(null).view.getSnapshot().available).toBe(false);
    const { view, clock } = opened({
      list: () => Promise.reject(new AppError("not_found", "no such page")),
      decide: async () => {},
    });
    await clock.advance(100);
    expect(view.getSnapshot()).toMatchObject({ available: false, error: null });
  });
});
