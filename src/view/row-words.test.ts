import { expect, test } from "vitest";
import { conditionOf, phaseText, stepText, waitingText } from "./row-words.js";
import type { SessionSummary } from "./session-list-types.js";

const waiting = { kind: "permission", tool: "Bash", message: "rm -rf build" } as const;

test.for([
  [{ status: "active", liveness: "running" }, "running"],
  [{ status: "active", liveness: "thinking hard" }, "running"],
  [{ status: "active", liveness: "idle" }, "idle"],
  [{ status: "active", liveness: "lost" }, "lost"],
  [{ status: "active", liveness: "waiting" }, "waiting"],
  [{ status: "failed", liveness: "ended" }, "failed"],
  [{ status: "cancelled", liveness: "lost" }, "cancelled"],
] as const)("%j is %s", ([row, condition]) => {
  expect(conditionOf(row)).toBe(condition);
});

test("says what a session waits for, on one line that steers nothing", () => {
  expect(waitingText(waiting)).toBe("allow Bash? rm -rf build");
  expect(waitingText({ kind: "answer", tool: "Bash", message: "Which\n one?" })).toBe("Which one?");
  expect(waitingText({ kind: "prompt", tool: null, message: "" })).toBe("the next prompt");
  expect(waitingText({ ...waiting, tool: "a\u001b[2J" })).toBe("allow a\\e[2J? rm -rf build");
});

test("says what a session is at, whatever its state holds there", () => {
  const summary = (currentStep: SessionSummary["currentStep"], phase = "initialized"): SessionSummary => ({
    phase,
    currentStep,
    goals: { done: 0, total: 0 },
    agents: { active: 0, total: 0 },
    prompt: null,
  });
  expect([summary("Reading\nfiles"), summary({ step: 2 }), summary(null), null].map(stepText)).toEqual([
    "Reading files",
    '{"step":2}',
    "",
    "",
  ]);
  expect([summary(null, "planning"), summary(null), null].map(phaseText)).toEqual(["planning", "", ""]);
});
