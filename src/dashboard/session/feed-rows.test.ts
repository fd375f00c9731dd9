import { expect, test } from "vitest";
import { buildFeed } from "../../view/feed.js";
import { makeLog } from "../../view/testing/make-events.js";
import { promptAbove, unfoldedItems } from "./feed-rows.js";

const items = buildFeed(
  makeLog([
    ["session_created"],
    ["+user_prompt", { text: "one" }],
    ["+bash_exec", { tool: "Bash" }],
    ["+user_prompt", { text: "two" }],
    ["+bash_exec", { tool: "Bash" }],
  ]),
  { toHead: true },
);

test("leaves out what a folded prompt set off, and keeps the prompt", () => {
  expect(unfoldedItems(items, new Set(["e2"])).map(({ key }) => key)).toEqual(["e1", "e2", "e4", "e5"]);
  expect(unfoldedItems(items, new Set())).toBe(items);
});

test("finds the prompt above what it set off", () => {
  expect([0, 1, 2, 3, 4].map((index) => promptAbove(items, index))).toEqual([-1, -1, 1, -1, 3]);
});
