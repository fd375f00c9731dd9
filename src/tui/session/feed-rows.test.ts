import { expect, test } from "vitest";
import type { SessionEvent } from "../../core/event.js";
import type { JsonObject } from "../../core/json.js";
import { buildFeed } from "../../view/feed.js";
import type { FeedItem } from "../../view/feed-types.js";
import { widthOfLine, type Line } from "../text/line.js";
import { feedRow } from "./feed-rows.js";
import { detailRows } from "./item-detail.js";

const start = new Date(2026, 0, 31, 14, 3, 0).getTime();

function items(...records: [SessionEvent["type"], JsonObject][]): FeedItem[] {
  const events = records.map(([type, data], index): SessionEvent => {
    const timestamp = new Date(start + index * 1_000).toISOString();
    return { type, sessionId: "s", seq: index + 1, timestamp, receivedAt: timestamp, eventId: `e${index}`, data };
  });
  return buildFeed(events, { toHead: true });
}

function textOf(line: Line): string {
  return line.map(({ text }) => text).join("");
}

const options = { width: 90, now: start + 60_000, expanded: false, needle: "", later: false };

test("tells a tool call with its result in one line, the failure first", () => {
  const [item] = items(
    ["action", { type: "bash_exec", tool: "Bash", toolCallId: "1", input: { command: "npm test ".repeat(30) } }],
    [
      "response",
      {
        type: "tool_result",
        tool: "Bash",
        toolCallId: "1",
        status: "error",
        error: { message: "2 tests failed" },
        durationMs: 4_210,
      },
    ],
  );
  const line = feedRow(item!, options);
  expect(textOf(line)).toMatch(/^14:03:00 {2}Bash +npm test .*… {2}2 tests failed +4\.2s ✗$/);
  expect(line.find(({ text }) => text.includes("2 tests failed"))?.style).toBe("bad");
});

test("says how long a call has been running", () => {
  const [item] = items([
    "action",
    { type: "tool_call", tool: "Fetch", toolCallId: "1", input: { url: "https://x.y" } },
  ]);
  expect(textOf(feedRow(item!, options))).toMatch(/https:\/\/x\.y +1m00s ○$/);
});

test("marks what was searched for", () => {
  const [item] = items(["response", { type: "assistant_message", text: "One and one is ONE more" }]);
  const hits = feedRow(item!, { ...options, needle: "one" }).filter(({ style }) => style === "match");
  expect(hits.map(({ text }) => text)).toEqual(["One", "one", "ONE"]);
});

test("fades what happened after the moment that is shown", () => {
  const [item] = items(["action", { type: "user_prompt", text: "Do it" }]);
  expect(feedRow(item!, { ...options, later: true }).every(({ style }) => style === "faint")).toBe(true);
});

test("fills its width exactly, whatever agents write", () => {
  const hostile = "\u001b[2J\u202e日本語👩‍👧‍👦\u0301\u0301\t\n".repeat(10);
  const all = items(
    ["action", { type: "user_prompt", text: hostile }],
    ["action", { type: hostile, tool: hostile, toolCallId: "1", input: { command: hostile } }],
    ["response", { type: "assistant_message", text: hostile }],
    ["goal_added", { goalId: "g", description: hostile }],
  );
  for (const item of all) {
    for (const width of [56, 78, 160]) {
      const line = feedRow(item, { ...options, width });
      expect(widthOfLine(line)).toBe(width);
      expect(textOf(line)).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    }
    for (const line of detailRows(item, 60)) {
      expect(widthOfLine(line)).toBeLessThanOrEqual(60);
      expect(textOf(line)).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    }
  }
});

test("expands texts of several lines as they were written", () => {
  const [item] = items(["action", { type: "user_prompt", text: "First line\n  second line" }]);
  const rows = detailRows(item!, 80).map(textOf);
  expect(rows).toContain("  ╎   second line");
  expect(rows.some((row) => row.includes("… 2 lines, above"))).toBe(true);
});
