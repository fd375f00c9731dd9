import { expect, test } from "vitest";
import { makeEvent } from "./testing/make-events.js";
import { message, messages, openSession, selected } from "./testing/open-session.js";

test("time travel shows state and feed as they were, and now again", async () => {
  const log = Array.from({ length: 30 }, (_, index) =>
    makeEvent(index + 1, "state_updated", { phase: `p${index + 1}` }),
  );
  const { view, clock, source } = await openSession(log);
  view.stepMoment(-1);
  await clock.advance(100);
  expect(view.getSnapshot().moment).toMatchObject({ seq: 29, state: { phase: "p29", seq: 29 }, loading: false });
  expect(view.getSnapshot().moment.at).toBe(Date.parse(log[28]!.timestamp));
  expect(selected(view)).toBe(29);
  view.stepMoment(-100);
  await clock.advance(100);
  expect(view.getSnapshot().moment.state!.phase).toBe("p1");
  source.write([makeEvent(31, "state_updated", { phase: "p31" })]);
  await clock.advance(100);
  expect(view.getSnapshot().moment.state!.phase).toBe("p1");
  view.goLive();
  await clock.advance(100);
  expect(view.getSnapshot().moment).toMatchObject({ seq: null, state: { phase: "p31" } });
  view.goToTime(Date.parse(log[9]!.timestamp));
  await clock.advance(100);
  expect(view.getSnapshot().moment).toMatchObject({ seq: 10, state: { phase: "p10" } });
});

test("two marks show what changed between them", async () => {
  const log = Array.from({ length: 9 }, (_, index) =>
    makeEvent(index + 1, "state_updated", { phase: `p${index + 1}` }),
  );
  const { view, clock } = await openSession(log);
  view.setMoment(2);
  view.markMoment();
  view.setMoment(5);
  await clock.advance(100);
  expect(view.getSnapshot().mark).toBe(2);
  view.markMoment();
  await clock.advance(100);
  expect(view.getSnapshot()).toMatchObject({
    mark: null,
    diff: { from: 2, to: 5, loading: false, changes: [{ path: ["phase"], before: "p2", after: "p5" }] },
  });
  view.clearDiff();
  await clock.advance(100);
  expect(view.getSnapshot().diff).toBeNull();
});

test("search goes through the hits of the whole log, around its ends", async () => {
  const log = messages(1, 3_000);
  for (const seq of [5, 1_500, 2_990]) log[seq - 1] = message(seq, "needle");
  const { view, clock } = await openSession(log);
  view.find("needle");
  await clock.advance(100);
  expect(view.getSnapshot().find).toMatchObject({ hits: [5, 1_500, 2_990], index: 2, loading: false });
  expect(selected(view)).toBe(2_990);
  const visited: (number | undefined)[] = [];
  for (const by of [-1, -1, -1, 1, 1] as const) {
    view.findNext(by);
    await clock.advance(100);
    visited.push(selected(view));
  }
  expect(visited).toEqual([1_500, 5, 2_990, 5, 1_500]);
  view.clearFind();
  await clock.advance(100);
  expect(view.getSnapshot().find).toBeNull();
});
