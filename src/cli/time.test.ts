import { expect, test } from "vitest";
import { age, parseTime } from "./time.js";

const now = Date.parse("2026-03-10T12:00:00.000Z");

test("tells how long ago something was in one unit", () => {
  const times = [
    "2026-03-10T11:59:59.500Z",
    "2026-03-10T11:59:18Z",
    "2026-03-10T11:01:00Z",
    "2026-03-09T12:00:01Z",
    "2026-03-01T12:00:00Z",
    "never",
  ];
  expect(times.map((time) => age(time, now))).toEqual(["now", "42s ago", "59m ago", "23h ago", "9d ago", ""]);
});

test("reads points in time and how long ago", () => {
  expect(parseTime("2h", now)).toBe("2026-03-10T10:00:00.000Z");
  expect(parseTime("3d", now)).toBe("2026-03-07T12:00:00.000Z");
  expect(parseTime("2026-01-31T09:30:00+01:00", now)).toBe("2026-01-31T08:30:00.000Z");
});

test.each(["yesterday", "2x", "", "999999999d"])("refuses %j as a time", (text) => {
  expect(() => parseTime(text, now)).toThrow(/is not a time/);
});
