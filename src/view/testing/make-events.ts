import type { EventType, SessionEvent } from "../../core/event.js";
import type { JsonObject } from "../../core/json.js";

export const began = Date.parse("2026-03-01T10:00:00.000Z");

/** An event a second, from `began` on. */
export function makeEvent(seq: number, type: EventType, data: JsonObject = {}, sessionId = "s"): SessionEvent {
  const timestamp = new Date(began + seq * 1_000).toISOString();
  return { type, sessionId, seq, timestamp, receivedAt: timestamp, eventId: `${sessionId}-${seq}`, data };
}

/** Actions, responses and other events with seqs from 1 on, as a script writes them down. */
export function makeLog(
  parts: readonly (readonly [EventType | `+${string}` | `-${string}`, JsonObject?])[],
  sessionId = "s",
) {
  return parts.map(([word, data = {}], index) => {
    const record = { type: word.slice(1), ...data };
    if (word.startsWith("+")) return makeEvent(index + 1, "action", record, sessionId);
    if (word.startsWith("-")) return makeEvent(index + 1, "response", record, sessionId);
    return makeEvent(index + 1, word as EventType, data, sessionId);
  });
}
