import { expect, onTestFinished, test } from "vitest";
import { AppError } from "../core/errors.js";
import type { SessionEvent } from "../core/event.js";
import type { JsonObject } from "../core/json.js";
import { createSessionList } from "./session-list.js";
import type { SessionListQuery, SessionListView } from "./session-list-types.js";
import { manualClock } from "./testing/manual-clock.js";
import { MemorySource } from "./testing/memory-source.js";

const began = Date.parse("2026-03-01T10:00:00.000Z");

function event(
  sessionId: string,
  seq: number,
  type: SessionEvent["type"],
  data: JsonObject = {},
  at = seq,
): SessionEvent {
  const timestamp = new Date(began + at * 1_000).toISOString();
  return { type, sessionId, seq, timestamp, receivedAt: timestamp, eventId: `${sessionId}${seq}`, data };
}

function created(sessionId: string, at: number, data: JsonObject = {}): SessionEvent {
  return event(sessionId, 1, "session_created", data, at);
}

async function opened(events: readonly SessionEvent[], query?: Partial<SessionListQuery>) {
  const source = new MemorySource();
  source.write(events);
  const clock = manualClock();
  const list = createSessionList({ source, clock, query, random: () => 0.5 });
  let frames = 0;
  const stop = list.subscribe(() => (frames += 1));
  onTestFinished(() => {
    stop();
    list.close();
  });
  await clock.advance(1_200);
  return { source, clock, list, frames: () => frames };
}

function ids(list: SessionListView): string[] {
  return list.getSnapshot().rows.map(({ sessionId }) => sessionId);
}

test("shows the newest activity first, and moves what something happens in to the top", async () => {
  const { list, source, clock } = await opened([created("a", 1, { userId: "ada" }), created("b", 2), created("c", 3)]);
  expect(ids(list)).toEqual(["c", "b", "a"]);
  expect(list.getSnapshot()).toMatchObject({ count: 3, hasMore: false, loading: false, users: ["ada"] });
  source.write([
    event(
      "a",
      2,
      "response",
      {
        type: "model_call",
        callId: "x",
        model: "m",
        tokens: { input: 7, output: 3 },
        cost: { usd: 0.5, source: "agent" },
      },
      9,
    ),
  ]);
  await clock.advance(1_200);
  expect(ids(list)).toEqual(["a", "c", "b"]);
  expect(list.getSnapshot().rows[0]).toMatchObject({ tokens: 10, cost: 0.5, events: 2, model: "m", userId: "ada" });
  expect(list.getSnapshot().rows[0]!.rate!.reduce((sum, count) => sum + count, 0)).toBe(1);
});

test("who waits for a person comes first, whatever the sort, and however far back it lies", async () => {
  const many = Array.from({ length: 900 }, (_, index) => created(`s${index}`, 100 + index));
  const waitingFor = { kind: "permission", message: "run it?", tool: "Bash", approvalId: "p1" };
  const old = [
    created("z-old", 1),
    event("z-old", 2, "metadata_updated", { liveness: { status: "waiting", waitingFor } }),
  ];
  const { list, source, clock } = await opened([...old, ...many]);
  expect(ids(list)[0]).toBe("z-old");
  expect(list.getSnapshot().rows[0]!.waiting).toMatchObject({
    kind: "permission",
    message: "run it?",
    approvalId: "p1",
  });
  expect(list.getSnapshot().totals.waiting).toBe(1);
  list.setQuery({ waiting: true });
  await clock.advance(100);
  expect(ids(list)).toEqual(["z-old"]);
  list.setQuery({ waiting: false, sort: "session", descending: false });
  await clock.advance(3_000);
  expect(ids(list).slice(0, 3)).toEqual(["z-old", "s0", "s1"]);
  source.write([event("z-old", 3, "metadata_updated", { liveness: { status: "running", waitingFor: null } }, 3)]);
  await clock.advance(100);
  expect(list.getSnapshot().totals.waiting).toBe(0);
  expect(ids(list)[0]).toBe("s0");
});

test("reads as many pages as the window needs, and makes the rows in it alone", async () => {
  const many = Array.from({ length: 5_000 }, (_, index) => created(`s${String(index).padStart(4, "0")}`, index));
  const { list, source, clock } = await opened(many);
  list.setWindow(0, 20);
  await clock.advance(100);
  expect(list.getSnapshot()).toMatchObject({ count: 200, hasMore: true });
  expect(ids(list)).toHaveLength(20);
  list.setWindow(180, 20);
  await clock.advance(100);
  expect(list.getSnapshot()).toMatchObject({ count: 400, offset: 180 });
  list.moveSelection(Infinity);
  await clock.advance(100);
  expect(list.getSnapshot().selectedId).toBe("s4600");
  expect(list.getSnapshot().offset).toBe(380);
  const states = source.asked.filter((line) => line.startsWith("session"));
  expect(states.length).toBeLessThan(150);
});

test("a text is looked for in all sessions, page after page", async () => {
  const many = Array.from({ length: 5_000 }, (_, index) =>
    created(`s${index}`, index, { tags: index % 1_000 === 7 ? ["odd"] : [] }),
  );
  const { list, clock } = await opened(many, { text: "odd" });
  await clock.advance(1_000);
  expect(ids(list)).toEqual(["s4007", "s3007", "s2007", "s1007", "s7"]);
  list.setQuery({ text: "odd s2" });
  await clock.advance(100);
  expect(ids(list)).toEqual(["s2007"]);
});

test("filters by status and user follow what happens", async () => {
  const { list, source, clock } = await opened(
    [created("a", 1, { userId: "ada" }), created("b", 2, { userId: "bob" })],
    { status: "active" },
  );
  source.write([event("b", 2, "session_finalized", { status: "failed" }, 5)]);
  await clock.advance(1_200);
  expect(ids(list)).toEqual(["a"]);
  list.setQuery({ status: "failed" });
  await clock.advance(1_200);
  expect(ids(list)).toEqual(["b"]);
  list.setQuery({ status: null, userId: "ada" });
  await clock.advance(1_200);
  expect(ids(list)).toEqual(["a"]);
});

test("state is read for the rows on screen, once, and kept up live", async () => {
  const { list, source, clock } = await opened([
    created("a", 1),
    event("a", 2, "state_updated", { phase: "plan", currentStep: "read" }),
    event("a", 3, "goal_added", { goalId: "g", description: "x" }),
    event("a", 4, "action", { type: "user_prompt", text: "make it" }),
  ]);
  expect(list.getSnapshot().rows[0]!.summary).toEqual({
    prompt: "make it",
    phase: "plan",
    currentStep: "read",
    goals: { done: 0, total: 1 },
    agents: { active: 0, total: 0 },
  });
  source.asked.length = 0;
  source.write([
    event("a", 5, "goal_updated", { goalId: "g", status: "completed" }),
    event("a", 6, "agent_spawned", { agentId: "x", type: "t" }),
    event("a", 7, "state_updated", { phase: "build" }),
  ]);
  await clock.advance(1_200);
  expect(list.getSnapshot().rows[0]!.summary).toMatchObject({
    phase: "build",
    goals: { done: 1 },
    agents: { active: 1 },
  });
  expect(source.asked.filter((line) => line.startsWith("session"))).toEqual([]);
});

test("a session that was not loaded is found when something happens in it, and gone when it is deleted", async () => {
  const many = Array.from({ length: 600 }, (_, index) => created(`s${index}`, index));
  const { list, source, clock } = await opened(many);
  list.setWindow(0, 10);
  source.write([event("s3", 2, "metadata_updated", { model: "m" }, 1_000), created("new", 1_001)]);
  await clock.advance(2_500);
  expect(ids(list).slice(0, 3)).toEqual(["new", "s3", "s599"]);
  expect(list.getSnapshot().rows[1]!.model).toBe("m");
  list.select("new");
  source.remove("new");
  await clock.advance(100);
  expect(ids(list)[0]).toBe("s3");
  expect(list.getSnapshot().selectedIndex).toBe(-1);
});

test("events that were missed make it read the row again", async () => {
  const { list, source, clock } = await opened([created("a", 1)]);
  source.write([event("a", 2, "metadata_updated", { cost: 5 }, 2)], { silently: true });
  source.write([event("a", 3, "metadata_updated", { model: "m" }, 3)]);
  await clock.advance(2_500);
  expect(list.getSnapshot().rows[0]).toMatchObject({ cost: 5, model: "m", events: 3 });
});

test("a thousand events a second are a few frames, and the order changes once a second", async () => {
  const sessions = Array.from({ length: 20 }, (_, index) => created(`s${index}`, index));
  const { list, source, clock, frames } = await opened(sessions);
  await clock.advance(900);
  const before = frames();
  const orders = new Set<string>();
  const stop = list.subscribe(() => orders.add(ids(list).join()));
  for (let step = 0; step < 1_000; step++) {
    const index = step % 20;
    source.write([event(`s${index}`, 2 + Math.floor(step / 20), "action", { type: "x" }, 1_000 + step)]);
    if (step % 10 === 9) await clock.advance(10);
  }
  stop();
  expect(frames() - before).toBeLessThanOrEqual(22);
  expect(orders.size).toBeLessThanOrEqual(3);
  await clock.advance(1_100);
  expect(list.getSnapshot().totals.rate.reduce((sum, count) => sum + count, 0)).toBe(1_000);
  expect(list.getSnapshot().rows.map(({ events }) => events)).toEqual(Array.from({ length: 20 }, () => 51));
});

test("tells how old it is while the connection is lost, and begins anew where the server's log was replaced", async () => {
  const { list, source, clock } = await opened([created("a", 1)]);
  source.show({ state: "waiting", attempt: 2, retryAt: clock.now() + 1_000, reason: "connection closed" });
  const lostAt = clock.now();
  await clock.advance(3_000);
  expect(list.getSnapshot().connection).toMatchObject({ state: "lost", since: lostAt, attempt: 2 });
  source.write([created("b", 5)], { silently: true });
  source.breakFeeds(new AppError("invalid_cursor", "another log"));
  await clock.advance(5_000);
  expect(list.getSnapshot().connection.state).toBe("live");
  expect(ids(list)).toEqual(["b", "a"]);
});

test("a listing that cannot be read is told of, and read with the connection", async () => {
  const source = new MemorySource();
  source.failure = new AppError("no_server", "gone");
  const clock = manualClock();
  const list = createSessionList({ source, clock });
  onTestFinished(() => list.close());
  await clock.advance(100);
  expect(list.getSnapshot().error).toEqual({ code: "no_server", message: "gone" });
  source.failure = null;
  source.write([created("a", 1)], { silently: true });
  source.show({ state: "waiting", attempt: 1, retryAt: 0, reason: "x" });
  source.show({ state: "live" });
  await clock.advance(100);
  expect(ids(list)).toEqual(["a"]);
  expect(list.getSnapshot().error).toBeNull();
});

test("figures of the whole are read every few seconds, and soon after something ended", async () => {
  const { list, source, clock } = await opened([created("a", 1), created("b", 2)]);
  expect(list.getSnapshot().totals.stats).toMatchObject({ total: 2, active: 2 });
  source.write([event("b", 2, "session_finalized", {}, 5)]);
  await clock.advance(2_500);
  expect(list.getSnapshot().totals.stats).toMatchObject({ active: 1, completed: 1 });
});
