import { expect, test } from "vitest";
import { numberOf } from "./number-of.js";

test.each([
  [numberOf(0, "event"), "0 events"],
  [numberOf(1, "event"), "1 event"],
  [numberOf(1203, "event"), "1,203 events"],
  [numberOf(2, "entry", "entries"), "2 entries"],
])("%s", (said, expected) => {
  expect(said).toBe(expected);
});
