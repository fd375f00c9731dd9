import { expect, test } from "vitest";
import { niceCeiling } from "./bar-chart.js";

test("an axis ends at the next number that reads well", () => {
  expect([0, -1, 0.0042, 0.7, 1, 1.1, 3, 6, 10, 11, 990].map(niceCeiling)).toEqual([
    0, 0, 0.005, 1, 1, 2, 5, 10, 10, 20, 1_000,
  ]);
});
