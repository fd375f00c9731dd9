import { expect, test } from "vitest";
import { encodeLine, toEventLine } from "../../storage/line.js";
import { headOfLine } from "./line-head.js";

const stamp = { seq: 7, timestamp: "2026-01-01T00:00:00Z", receivedAt: "2026-01-01T00:00:00.001Z", eventId: "e:1" };

test.each([
  ["actions", "action"],
  ["responses", "response"],
  ["changes", "goal_added"],
] as const)("reads the head of an event of %s", (stream, type) => {
  const line = encodeLine({ type, data: { type: "tool_call", goalId: "g" } }, stamp);
  expect(headOfLine(toEventLine(stream, "s1", line))).toEqual({ type, sessionId: "s1", seq: 7, cursor: undefined });
  expect(headOfLine(toEventLine(stream, "s1", line, "epoch.a"))).toEqual({
    type,
    sessionId: "s1",
    seq: 7,
    cursor: "epoch.a",
  });
});

test("reads a line without the usual stamp", () => {
  const line = JSON.stringify({ type: "x", text: '"seq":99', seq: 3, timestamp: "t" });
  expect(headOfLine(toEventLine("actions", "s1", line))).toMatchObject({ type: "action", sessionId: "s1", seq: 3 });
  const deleted = JSON.stringify({ type: "session_deleted", sessionId: "s1", cursor: "e.1", timestamp: "t" });
  expect(headOfLine(deleted)).toEqual({ type: "session_deleted", sessionId: "s1", seq: 0, cursor: "e.1" });
});
