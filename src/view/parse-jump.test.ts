import { expect, test } from "vitest";
import { parseJump } from "./parse-jump.js";

const now = new Date(2026, 0, 31, 14, 30, 0).getTime();

test("takes a number for a seq", () => {
  expect(parseJump("1200", now)).toEqual({ seq: 1200 });
  expect(parseJump(" #1,200 ", now)).toEqual({ seq: 1200 });
});

test("takes an amount with a unit for how long ago", () => {
  expect(parseJump("5m", now)).toEqual({ at: now - 300_000 });
  expect(parseJump("2 h ago", now)).toEqual({ at: now - 7_200_000 });
});

test("takes a time of day for the last time that it was so", () => {
  expect(parseJump("14:03", now)).toEqual({ at: new Date(2026, 0, 31, 14, 3).getTime() });
  expect(parseJump("15:00:30", now)).toEqual({ at: new Date(2026, 0, 30, 15, 0, 30).getTime() });
});

test("takes a date with or without a time", () => {
  expect(parseJump("2026-01-30 09:05", now)).toEqual({ at: new Date(2026, 0, 30, 9, 5).getTime() });
  expect(parseJump("2026-01-30T09:05:00Z", now)).toEqual({ at: Date.UTC(2026, 0, 30, 9, 5) });
});

test("knows what is neither", () => {
  expect(parseJump("yesterday-ish", now)).toBeUndefined();
  expect(parseJump("25:00", now)).toBeUndefined();
});
