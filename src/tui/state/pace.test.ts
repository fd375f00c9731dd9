import { expect, test } from "vitest";
import { createPace } from "./pace.js";

/** A clock that is moved by hand, a program that takes a share of the core, and a view that changes each millisecond. */
function world(share: number) {
  let now = 0;
  const timers = new Set<{ at: number; run: () => void }>();
  const clock = {
    now: () => now,
    setTimer(run: () => void, milliseconds: number) {
      const timer = { at: now + milliseconds, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
  const pace = createPace(clock, () => now * share);
  let changed = (): void => {};
  const view = pace.paced({ getSnapshot: () => now, subscribe: (listener) => ((changed = listener), () => {}) });
  const frames: number[] = [];
  view.subscribe(() => frames.push(now));
  return {
    pace,
    frames,
    live(milliseconds: number) {
      for (const end = now + milliseconds; now < end;) {
        now += 1;
        for (const timer of Array.from(timers)) {
          if (timer.at <= now && timers.delete(timer)) timer.run();
        }
        changed();
      }
    },
  };
}

test("draws at most twenty frames a second where that is cheap", () => {
  const { frames, live } = world(0.05);
  live(1_000);
  expect(frames.length).toBeGreaterThan(18);
  expect(frames.length).toBeLessThanOrEqual(20);
});

test("draws less often where the program takes too much of the core, but never stops", () => {
  const { frames, live } = world(0.9);
  live(10_000);
  const before = frames.length;
  live(10_000);
  expect(frames.length - before).toBe(20);
});

test("draws what a key set off at once", () => {
  const { pace, frames, live } = world(0.9);
  live(10_000);
  const before = frames.at(-1)!;
  live(20);
  expect(frames.at(-1)).toBe(before);
  pace.urgent();
  live(1);
  expect(frames.at(-1)).toBe(10_021);
});

test("draws the last change also where none follows it", () => {
  const { frames, live } = world(0.01);
  live(3);
  const { length } = frames;
  expect(length).toBe(1);
  live(60);
  expect(frames.length).toBeGreaterThan(1);
});
