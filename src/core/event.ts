import type { JsonObject } from "./json.js";

/** Everything that can happen to a session. Each is one append with a seq of its own. */
export const eventTypes = [
  "session_created",
  "action",
  "response",
  "state_updated",
  "goal_added",
  "goal_updated",
  "agent_spawned",
  "agent_completed",
  "metadata_updated",
  "session_finalized",
] as const;

export type EventType = (typeof eventTypes)[number];

/** The three append-only streams that a session's events are kept in. */
export const streams = ["actions", "responses", "changes"] as const;
export type Stream = (typeof streams)[number];

export function streamOf(type: EventType): Stream {
  if (type === "action") return "actions";
  return type === "response" ? "responses" : "changes";
}

/**
 * One stored event, as every reader sees it (REST, WebSocket, SSE, export).
 * `seq` counts 1, 2, 3, … within the session. `timestamp` is when it happened, `receivedAt` when
 * the server took it; both RFC 3339. For `action` and `response`, `data` is the whole stored
 * record, the line of actions.jsonl or responses.jsonl.
 */
export interface SessionEvent {
  type: EventType;
  sessionId: string;
  seq: number;
  timestamp: string;
  receivedAt: string;
  eventId: string;
  data: JsonObject;
}

/** A live message that is not an event of the session: the session itself is gone. */
export interface SessionDeleted {
  type: "session_deleted";
  sessionId: string;
  timestamp: string;
}

/** An event on its way in; what is absent the server fills in. */
export interface NewEvent {
  type: EventType;
  data: JsonObject;
  eventId?: string;
  timestamp?: string;
  /**
   * The JSON text that `data` was parsed from, where the producer's bytes can be stored as they
   * came: an object, on one line, without any of {@link serverFields}.
   */
  raw?: string;
}

/** The event that creates a session for a first event which does not: it began when that happened. */
export function implicitCreation({ timestamp }: NewEvent): NewEvent {
  return { type: "session_created", data: { implicit: true }, timestamp };
}

/** The fields that the server alone sets on a stored record, whatever a body says. */
export const serverFields = ["seq", "timestamp", "receivedAt", "eventId", "sessionId"] as const;

export function hasServerField(record: JsonObject): boolean {
  return serverFields.some((field) => Object.hasOwn(record, field));
}

/** The record without the fields that only the server sets. */
export function withoutServerFields(record: JsonObject): JsonObject {
  if (!hasServerField(record)) return record;
  const {
    seq: _seq,
    timestamp: _timestamp,
    receivedAt: _receivedAt,
    eventId: _eventId,
    sessionId: _id,
    ...rest
  } = record;
  return rest;
}
