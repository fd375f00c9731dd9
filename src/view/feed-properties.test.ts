import fc from "fast-check";
import { expect, test } from "vitest";
import { eventTypes } from "../core/event.js";
import type { JsonObject } from "../core/json.js";
import { buildFeed, FeedBuilder } from "./feed.js";
import { itemText } from "./item-text.js";
import { makeEvent } from "./testing/make-events.js";

const words = [
  "user_prompt",
  "tool_call",
  "bash_exec",
  "tool_result",
  "assistant_message",
  "message_delta",
  "model_call",
  "turn_end",
  "wait_started",
  "wait_ended",
  "step_start",
  "step_end",
  "thinking",
  "zzz",
];
const anyData = fc.record(
  {
    type: fc.constantFrom(...words),
    toolCallId: fc.oneof(fc.constantFrom("a", "b"), fc.jsonValue()),
    messageId: fc.constantFrom("a", "b"),
    agentId: fc.oneof(fc.constantFrom("a", "b", "c"), fc.jsonValue()),
    parentAgentId: fc.constantFrom("a", "b", "c"),
    turn: fc.constantFrom("a", "b"),
    goalId: fc.jsonValue(),
    index: fc.oneof(fc.nat(5), fc.jsonValue()),
    kind: fc.constantFrom("permission", "prompt"),
    status: fc.oneof(fc.constantFrom("ok", "error", "failed"), fc.jsonValue()),
    text: fc.jsonValue(),
    input: fc.jsonValue(),
    result: fc.jsonValue(),
    error: fc.jsonValue(),
    tokens: fc.jsonValue(),
    replaces: fc.jsonValue(),
    durationMs: fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const anyEvents = fc
  .array(fc.tuple(fc.constantFrom(...eventTypes, "a_later_type" as never), anyData, fc.boolean()), { maxLength: 40 })
  .map((parts) =>
    parts.map(([type, data, sound], index) => {
      const event = makeEvent(index + 1, type, data as JsonObject);
      return sound ? event : { ...event, timestamp: "never" };
    }),
  );

test("any events in any order make items and lines; each event is told once at most", () => {
  fc.assert(
    fc.property(anyEvents, fc.boolean(), (events, toHead) => {
      const items = buildFeed(events, { toHead });
      const keys = items.map(({ key }) => key);
      expect(new Set(keys).size).toBe(keys.length);
      for (const item of items) {
        const { label, text, outcome } = itemText(item);
        expect(`${label}${text}${outcome}`).not.toContain("\n");
      }
    }),
  );
});

test("items made one event at a time are those made of all events", () => {
  fc.assert(
    fc.property(anyEvents, (events) => {
      const builder = new FeedBuilder({ toHead: true });
      for (const event of events) {
        builder.append(event);
        builder.items();
      }
      expect(builder.items()).toEqual(buildFeed(events, { toHead: true }));
    }),
  );
});
