import { expect, test } from "vitest";
import { firstPrompt, sessionName } from "./session-title.js";
import { makeLog } from "./testing/make-events.js";

test.each([
  ["3f2c1b9e-8d7a-4c55-9b1e-0a6f2d4c8e77", "Fix the build", "Fix the build", "3f2c1b9e-8d7a-4c55-9b1e-0a6f2d4c8e77"],
  ["3f2c1b9e-8d7a-4c55-9b1e-0a6f2d4c8e77", null, "3f2c1b9e-8d7a-4c55-9b1e-0a6f2d4c8e77", ""],
  ["checkout-redesign", "Move the price summary", "checkout-redesign", "Move the price summary"],
  ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "Sort mail", "Sort mail", "01ARZ3NDEKTSV4RRFFQ69G5FAV"],
  ["session_20260301_103817_42", "Sort mail", "Sort mail", "session_20260301_103817_42"],
  ["shop-2026", "a\u001b[2J\n b", "shop-2026", "a\\e[2J b"],
])("calls %s with the title %j %s", (sessionId, title, name, other) => {
  expect(sessionName({ sessionId, title })).toEqual({ name, other });
});

test("takes the first prompt of a person whose text is known", () => {
  const log = makeLog([
    ["session_created"],
    ["+user_prompt", { text: "<REDACTED>" }],
    ["+user_prompt", { text: "a subagent's", agentId: "a" }],
    ["+user_prompt", { text: "done", from: "task_notification" }],
    ["+user_prompt", { text: "Fix the build", from: "person" }],
    ["+user_prompt", { text: "and the tests" }],
  ]);
  expect(firstPrompt(log)).toBe("Fix the build");
  expect(firstPrompt(log.slice(0, 4))).toBeNull();
});
