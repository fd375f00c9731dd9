import { describe, expect, test } from "vitest";
import { encodeLine } from "../line.js";
import { scopeOf, searchableEvent, typeWord, userWord } from "./extract-text.js";

const stamp = {
  seq: 7,
  timestamp: "2026-01-01T00:00:07.000Z",
  receivedAt: "2026-01-01T00:00:08.000Z",
  eventId: "event-7",
};

function actionOf(data: Record<string, never> | object): ReturnType<typeof searchableEvent> {
  return searchableEvent("actions", encodeLine({ type: "action", data: { type: "tool_call", ...data } }, stamp));
}

describe("searchableEvent", () => {
  test("takes every text and number of a record, at any depth, and not its stamp", () => {
    const event = actionOf({
      tool: "Bash",
      input: { command: "npm test", tries: [1, 2.5] },
      done: true,
      none: null,
      empty: "",
    });
    expect(event?.text).toBe("tool_call · Bash · npm test · 1 · 2.5");
    expect(event).toMatchObject({ seq: 7, eventType: "action", type: "tool_call", time: Date.parse(stamp.timestamp) });
  });

  test("takes the data of a change", () => {
    const line = encodeLine({ type: "goal_added", data: { goalId: "g-1", description: "Ship it", seq: 3 } }, stamp);
    expect(searchableEvent("changes", line)).toMatchObject({
      eventType: "goal_added",
      type: "goal_added",
      text: "g-1 · Ship it · 3",
    });
  });

  test("holds no more than 16 KiB of an event", () => {
    const event = actionOf({ long: "x".repeat(20_000), behind: "unseen" });
    expect(event?.text).toHaveLength(16 * 1024);
    expect(actionOf({ many: Array.from({ length: 5000 }, () => "word") })?.text.length).toBeLessThanOrEqual(
      16 * 1024 + 3,
    );
    expect(actionOf({ a: { b: "x".repeat(16 * 1024), c: "unseen" } })?.text).not.toContain("unseen");
  });

  test("leaves out the characters that mark a match", () => {
    expect(actionOf({ text: "a\u{E000}b\u{E001}c\0d" })?.text).toBe("tool_call · a b c d");
  });

  test.each(["not json", "{}", '{"seq":1}', '{"seq":1,"timestamp":"x","type":"goal_added"}'])(
    "finds no event in %s",
    (line) => {
      expect(searchableEvent("changes", line)).toBeUndefined();
    },
  );

  test("calls a record without a type an action, and a time that is none the beginning of time", () => {
    const event = searchableEvent("actions", '{"seq":1,"timestamp":"yesterday","note":"x"}');
    expect(event).toMatchObject({ type: "action", time: 0, text: "x" });
  });
});

describe("scopeOf", () => {
  test("has one word for the session, the user and each type", () => {
    const event = actionOf({})!;
    expect(scopeOf(12, "ann@example.com", event).split(" ")).toEqual([
      "s12",
      typeWord("action"),
      typeWord("tool_call"),
      userWord("ann@example.com"),
    ]);
    expect(scopeOf(12, null, { ...event, type: "action" }).split(" ")).toEqual(["s12", typeWord("action")]);
  });

  test("makes words of letters and digits alone", () => {
    expect(userWord('ünsal . "x"')).toMatch(/^u[0-9a-f]+$/);
    expect(userWord("x".repeat(5000)).length).toBeLessThan(300);
  });
});
