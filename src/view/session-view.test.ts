import { expect, onTestFinished, test } from "vitest";
import { AppError } from "../core/errors.js";
import { itemText } from "./item-text.js";
import { createSessionView } from "./session-view.js";
import { makeEvent } from "./testing/make-events.js";
import { manualClock } from "./testing/manual-clock.js";
import { MemorySource } from "./testing/memory-source.js";
import { message, messages, openSession, selected, seqs } from "./testing/open-session.js";

test("opens at the newest events and follows what comes", async () => {
  const { view, source, clock } = await openSession(messages(1, 1_000));
  expect(view.getSnapshot()).toMatchObject({ phase: "ready", head: 1_000, connection: { state: "live" } });
  expect(selected(view)).toBe(1_000);
  expect(view.getSnapshot().feed).toMatchObject({ hasOlder: true, hasNewer: false, follow: true });
  source.write(messages(1_001, 1_003));
  await clock.advance(100);
  expect(selected(view)).toBe(1_003);
  expect(view.getSnapshot().metadata!.eventCount).toBe(1_003);
  expect(source.asked.filter((line) => line.startsWith("events s newest"))).toHaveLength(1);
});

test("costs as much for a long log as for a short one, and scrolls to its very beginning", async () => {
  const { view, source, clock } = await openSession(messages(1, 20_000));
  view.goFirst();
  await clock.advance(100);
  expect(selected(view)).toBe(1);
  expect(view.getSnapshot().feed).toMatchObject({ hasOlder: false, hasNewer: true, follow: false });
  for (let step = 0; step < 40; step++) {
    view.moveSelection(100);
    await clock.advance(100);
  }
  expect(selected(view)).toBeGreaterThan(3_900);
  expect(view.getSnapshot().feed.items.length).toBeLessThanOrEqual(5_000);
  view.goLive();
  await clock.advance(100);
  expect(selected(view)).toBe(20_000);
  expect(source.asked.length).toBeLessThan(60);
});

test("scrolled up it stays where it is, says how much is new, and goes back to the newest", async () => {
  const { view, source, clock } = await openSession(messages(1, 50));
  view.moveSelection(-10);
  await clock.advance(100);
  expect(selected(view)).toBe(40);
  source.write(messages(51, 57));
  await clock.advance(100);
  expect(selected(view)).toBe(40);
  expect(view.getSnapshot().feed).toMatchObject({ follow: false, newBelow: 7 });
  view.goLive();
  await clock.advance(100);
  expect(selected(view)).toBe(57);
  expect(view.getSnapshot().feed).toMatchObject({ follow: true, newBelow: 0 });
});

test("going down onto the newest item follows again", async () => {
  const { view, clock } = await openSession(messages(1, 50));
  view.moveSelection(-1);
  view.moveSelection(1);
  await clock.advance(100);
  expect(view.getSnapshot().feed.follow).toBe(true);
});

test("events come with as many frames as are allowed, and none where nothing happens", async () => {
  const { source, clock, frames } = await openSession(messages(1, 10), 10);
  const before = frames();
  for (let step = 0; step < 100; step++) {
    source.write([message(11 + step)]);
    await clock.advance(5);
  }
  expect(frames() - before).toBeGreaterThan(2);
  expect(frames() - before).toBeLessThanOrEqual(7);
  await clock.advance(60);
  const quiet = frames();
  await clock.advance(800);
  expect(frames() - quiet).toBeLessThanOrEqual(1);
});

test("a snapshot keeps what did not change", async () => {
  const { view, source, clock } = await openSession(messages(1, 10));
  const before = view.getSnapshot();
  await clock.advance(1_100);
  const after = view.getSnapshot();
  expect(after).not.toBe(before);
  expect(after.feed).toBe(before.feed);
  expect(after.moment).toBe(before.moment);
  source.write([message(11)]);
  await clock.advance(100);
  expect(view.getSnapshot().feed.items[3]).toBe(before.feed.items[3]);
});

test("a filter asks the source for the kind alone, and finds the rare one far back", async () => {
  const log = messages(1, 5_000);
  log[99] = makeEvent(100, "action", { type: "user_prompt", text: "please" });
  const { view, source, clock } = await openSession(log);
  source.asked.length = 0;
  view.setFilter({ kinds: ["prompt"] });
  await clock.advance(100);
  expect(view.getSnapshot().feed.items.map((item) => itemText(item).text)).toEqual(["please"]);
  expect(source.asked.filter((line) => line.startsWith("events"))).toHaveLength(1);
  view.setFilter({ kinds: null });
  await clock.advance(100);
  expect(view.getSnapshot().feed.items.length).toBeGreaterThan(100);
});

test("where one goes last is what is shown, whatever was still on its way", async () => {
  const { view, clock } = await openSession(messages(1, 5_000));
  view.goTo(900);
  view.setFilter({ minor: true });
  view.goFirst();
  view.goTo(2_500);
  view.goLive();
  await clock.advance(100);
  expect(selected(view)).toBe(5_000);
  expect(view.getSnapshot().feed).toMatchObject({ follow: true, hasNewer: false, loading: null });
  view.goLive();
  view.goTo(2_500);
  await clock.advance(100);
  expect(selected(view)).toBe(2_500);
});

test("a result whose call lies far back is completed once it is on screen", async () => {
  const call = makeEvent(1, "action", {
    type: "bash_exec",
    toolCallId: "far",
    tool: "Bash",
    input: { command: "make" },
  });
  const result = makeEvent(901, "response", { type: "tool_result", toolCallId: "far", tool: "Bash", status: "ok" });
  const { view, clock } = await openSession([call, ...messages(2, 900), result]);
  const last = () => view.getSnapshot().feed.items.at(-1)!;
  expect(last()).toMatchObject({ begin: null, status: "ok" });
  const { length } = view.getSnapshot().feed.items;
  view.setVisible(length - 5, length - 1);
  await clock.advance(100);
  expect(last()).toMatchObject({ begin: { seq: 1 }, status: "ok", durationMs: 900_000 });
});

test("a page that cannot be read is told of, and read once the connection is back", async () => {
  const { view, source, clock } = await openSession(messages(1, 1_000));
  source.failure = new AppError("no_server", "gone");
  view.goFirst();
  await clock.advance(100);
  expect(view.getSnapshot().feed).toMatchObject({ error: { code: "no_server" }, loading: null });
  source.show({ state: "waiting", attempt: 1, retryAt: clock.now() + 500, reason: "connection closed" });
  await clock.advance(3_000);
  expect(view.getSnapshot().connection).toMatchObject({ state: "lost", reason: "connection closed" });
  source.failure = null;
  source.show({ state: "live" });
  await clock.advance(100);
  expect(view.getSnapshot()).toMatchObject({ connection: { state: "live" }, feed: { error: null } });
});

test("waits for a server, and for a session, that are not there yet", async () => {
  const source = new MemorySource();
  source.failure = new AppError("no_server", "nobody answers");
  const clock = manualClock();
  const view = createSessionView({ source, clock, sessionId: "s", random: () => 0.5 });
  onTestFinished(() => view.close());
  await clock.advance(50);
  expect(view.getSnapshot()).toMatchObject({
    phase: "loading",
    connection: { state: "lost", reason: "nobody answers" },
  });
  source.failure = null;
  await clock.advance(10_000);
  expect(view.getSnapshot()).toMatchObject({ phase: "missing", error: { code: "session_not_found" } });
  source.write(messages(1, 3));
  await clock.advance(10_000);
  expect(view.getSnapshot().phase).toBe("ready");
  expect(seqs(view)).toEqual([1, 2, 3]);
});

test("a session that is deleted and made anew is shown anew", async () => {
  const { view, source, clock } = await openSession(messages(1, 9));
  source.remove("s");
  await clock.advance(100);
  expect(view.getSnapshot()).toMatchObject({ phase: "missing", session: null, feed: { items: [] } });
  source.write([message(1, "again")]);
  await clock.advance(10_000);
  expect(view.getSnapshot().feed.items.map((item) => itemText(item).text)).toEqual(["again"]);
});

test("what is not to be tried again is said and left", async () => {
  const source = new MemorySource();
  source.failure = new AppError("invalid_session_id", "no such id can be");
  const clock = manualClock();
  const view = createSessionView({ source, clock, sessionId: "s" });
  onTestFinished(() => view.close());
  await clock.advance(60_000);
  expect(view.getSnapshot()).toMatchObject({ phase: "failed", connection: { state: "failed" } });
  expect(source.asked).toEqual(["session s"]);
});

test("what a person does shows at once, and what comes with the next frame", async () => {
  const { view, source } = await openSession(messages(1, 9));
  view.moveSelection(-1);
  view.moveSelection(-1);
  expect(selected(view)).toBe(7);
  const { feed } = view.getSnapshot();
  expect(view.getSnapshot().feed).toBe(feed);
  source.write([message(10)]);
  await new Promise<void>((resolve) => setImmediate(resolve));
  expect(view.getSnapshot().head).toBe(9);
});

test("leaves no timer behind", async () => {
  const { view, clock } = await openSession(messages(1, 9));
  view.close();
  await clock.advance(5_000);
  expect(clock.timers).toBe(0);
});
