import { expect, onTestFinished, test, vi } from "vitest";
import type { SessionEvent } from "../core/event.js";
import type { JsonObject } from "../core/json.js";
import { createApprovals } from "./approvals-view.js";
import { manualClock } from "./testing/manual-clock.js";
import { MemorySource } from "./testing/memory-source.js";

const timestamp = "2026-03-01T12:00:00.000Z";

function event(type: SessionEvent["type"], data: JsonObject): SessionEvent {
  return { type, sessionId: "s", seq: 1, timestamp, receivedAt: timestamp, eventId: "e", data };
}

test("asks at once where a request came or went, and for nothing else", async () => {
  const list = vi.fn<() => Promise<[]>>(async () => []);
  const source = Object.assign(new MemorySource(), { approvals: { list, decide: async () => {} } });
  const clock = manualClock();
  const view = createApprovals({ source, clock });
  onTestFinished(() => view.close());
  await clock.advance(0);
  expect(list).toHaveBeenCalledTimes(1);
  view.take(event("action", { type: "tool_call", approvalId: "a" }));
  view.take(event("action", { type: "wait_started", kind: "answer" }));
  view.take(event("metadata_updated", { type: "wait_started", approvalId: "a" }));
  await clock.advance(0);
  expect(list).toHaveBeenCalledTimes(1);
  view.take(event("action", { type: "wait_started", approvalId: "a" }));
  await clock.advance(0);
  view.take(event("response", { type: "wait_ended", approvalId: "a" }));
  await clock.advance(0);
  expect(list).toHaveBeenCalledTimes(3);
});
