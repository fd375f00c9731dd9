import { expect, test } from "vitest";
import { didYouMean, nearest } from "./nearest.js";

test.each([
  ["chekout", "checkout"],
  ["check", "checkout"],
  ["nightly-1", "nightly"],
  ["s2", "s1"],
  ["xy", undefined],
  ["weather", undefined],
])("the nearest of what there is to '%s' is %s", (word, found) => {
  expect(nearest(word, ["s1", "checkout", "nightly"])).toBe(found);
  expect(didYouMean(word, ["s1", "checkout", "nightly"])).toBe(found === undefined ? "" : ` Did you mean '${found}'?`);
});

test("nothing is near where there is nothing", () => {
  expect(nearest("a", [])).toBeUndefined();
});
