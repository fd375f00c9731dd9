import { expect, test } from "vitest";
import { backoffDelay } from "./backoff.js";

const options = { baseMs: 100, capMs: 1_000 };

test("the longest delay doubles from try to try up to the cap", () => {
  const longest = [1, 2, 3, 4, 5, 50].map((attempt) => backoffDelay(attempt, { ...options, random: () => 0.999_999 }));
  expect(longest).toEqual([99, 199, 399, 799, 999, 999]);
});

test("jitter is full: a delay may be nothing at all, and lies evenly below the longest", () => {
  expect(backoffDelay(4, { ...options, random: () => 0 })).toBe(0);
  expect(backoffDelay(4, { ...options, random: () => 0.5 })).toBe(400);
});
