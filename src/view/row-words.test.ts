import { expect, test } from "vitest";
import { initialMetadata, reduceMetadata } from "../core/metadata.js";
import { conditionOf, conditionOfSession, phaseText, stepText, waitingText } from "./row-words.js";
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
  expect(conditionOf({ ...row, watched: false, lastEventAt: 0 }, 60_000)).toBe(condition);
});

test("says that a session is quiet whose last event is long ago, unless its process is watched", () => {
  const metadata = reduceMetadata(initialMetadata("s"), {
    seq: 1,
    type: "session_created",
    data: {},
    timestamp: "2026-01-01T00:00:00.000Z",
  });
  const soon = Date.parse("2026-01-01T00:15:00.000Z");
  expect([soon, soon + 1].map((now) => conditionOfSession(metadata, now))).toEqual(["running", "quiet"]);
  const watched = { ...metadata, liveness: { ...metadata.liveness, pid: 7 } };
  expect(conditionOfSession(watched, soon + 1)).toBe("running");
  const waiting = { ...metadata, liveness: { ...metadata.liveness, status: "waiting" } };
  expect(conditionOfSession(waiting, soon + 1)).toBe("waiting");
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
