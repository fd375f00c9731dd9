import { expect, test } from "vitest";
import type { Goal } from "../../core/state.js";
import { widthOfLine } from "../text/line.js";
import { goalKey, goalRows } from "./goal-rows.js";

const goal: Goal = {
  goalId: "g1",
  description: `Cover discounts\nwith tests, ${"and more tests ".repeat(8)}`,
  status: "in_progress",
  created: "2026-03-01T10:00:00.000Z",
  updated: "2026-03-01T10:05:00.000Z",
  progress: 0.5,
  priority: "high",
  owner: "ana",
  ticket: { id: 7 },
};
const other: Goal = { ...goal, goalId: "g2", description: "Ship it", status: "pending" };

test("tells of an expanded goal everything that is known, and where the next one begins", () => {
  const { rows, starts } = goalRows([goal, other], new Set([goalKey(goal)]), 60);
  const lines = rows.map(({ line }) => line.map(({ text }) => text).join(""));
  const text = lines.join("\n");
  expect(text).toContain("╎ with tests, and more tests");
  expect(text).toMatch(/in progress {2}· {2}██████······ 50 % {2}· {2}priority high {2}· {2}owner ana/);
  expect(text).toMatch(/added .* {2}· {2}changed /);
  expect(text).toContain('"ticket": {');
  expect(starts[0]).toBe(0);
  expect(lines[starts[1]!]).toContain("Ship it");
  expect(rows.slice(1, 4).every(({ line }) => widthOfLine(line) <= 60)).toBe(true);
});

test("is a line a goal while nothing is expanded", () => {
  expect(goalRows([goal, other], new Set(), 60)).toMatchObject({ rows: { length: 2 }, starts: [0, 1] });
});
