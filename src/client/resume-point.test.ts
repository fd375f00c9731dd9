import { expect, test } from "vitest";
import { createResumePoint } from "./resume-point.js";
import type { LiveEvent } from "./types.js";

function event(seq: number, sessionId = "s", cursor = `c${seq}`): LiveEvent {
  return { type: "action", sessionId, seq, cursor, timestamp: "", receivedAt: "", eventId: `e${seq}`, data: {} };
}

const deleted: LiveEvent = { type: "session_deleted", sessionId: "s", timestamp: "" };

test("of one session, resumes behind the last event, or behind the head that the server greeted with", () => {
  const point = createResumePoint({ session: "s" });
  expect(point.query()).toEqual({});
  point.connected({ head: 7 });
  expect(point.query()).toEqual({ after: 7 });
  point.accept(event(8));
  expect(point.query()).toEqual({ after: 8 });
});

test("drops repeats and finds gaps", () => {
  const point = createResumePoint({ session: "s", after: 2 });
  expect([3, 3, 2, 4, 6].map((seq) => point.accept(event(seq)))).toEqual([
    "deliver",
    "repeat",
    "repeat",
    "deliver",
    "gap",
  ]);
  expect(point.query()).toEqual({ after: 4 });
});

test("lets a gap through that is still there after asking again", () => {
  const point = createResumePoint({ session: "s", after: 1 });
  expect(point.accept(event(5))).toBe("gap");
  expect(point.accept(event(5))).toBe("deliver");
  expect(point.query()).toEqual({ after: 5 });
});

test("starts over with a session that was deleted", () => {
  const point = createResumePoint({ session: "s", after: 4 });
  expect(point.accept(deleted)).toBe("deliver");
  expect(point.query()).toEqual({ after: 0 });
  expect(point.accept(event(1))).toBe("deliver");
});

test("notices a log that became shorter while it was away, but not a place past the end that was asked for", () => {
  const point = createResumePoint({ session: "s", after: 4 });
  expect(point.connected({ head: 3 })).toBe(false);
  point.accept(event(5));
  expect(point.connected({ head: 3 })).toBe(true);
  expect(point.query()).toEqual({ after: 0 });
});

test("of all sessions, resumes at the last cursor, or at the one that the server greeted with", () => {
  const point = createResumePoint({});
  point.connected({ cursor: "start" });
  expect(point.query()).toEqual({ cursor: "start" });
  point.accept(event(3, "a", "c1"));
  point.accept(event(9, "b", "c2"));
  expect(point.query()).toEqual({ cursor: "c2" });
});

test("of all sessions, tells repeats and gaps apart session by session", () => {
  const point = createResumePoint({ cursor: "start" });
  const verdicts = [event(3, "a"), event(9, "b"), event(4, "a"), event(9, "b"), event(11, "b")].map((each) =>
    point.accept(each),
  );
  expect(verdicts).toEqual(["deliver", "deliver", "deliver", "repeat", "gap"]);
});
