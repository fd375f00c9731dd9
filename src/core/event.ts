import * as z from "zod";
import { eventIdSchema } from "./ids.js";
import type { JsonObject, JsonValue } from "./json.js";

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
export const eventTypeSchema = z.enum(eventTypes);

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

const exactTimestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const firstMillisecond = Date.parse("0000-01-01T00:00:00.000Z");
const lastMillisecond = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * When something happened: RFC 3339 kept as given; another date text that names its year, or epoch
 * milliseconds, made RFC 3339.
 */
export const timestampSchema = z.union([z.string().max(64), z.number()]).transform((value, context) => {
  const timestamp = toTimestamp(value);
  if (timestamp !== undefined) return timestamp;
  context.addIssue({ code: "custom", message: "must be an RFC 3339 time, such as 2026-01-31T09:30:00.000Z" });
  return z.NEVER;
});

function toTimestamp(value: string | number): string | undefined {
  if (typeof value === "string" && exactTimestamp.test(value)) return isOnCalendar(value) ? value : undefined;
  // Date.parse reads a bare number in any text as a month of some year: "retry 5" is not a time.
  if (typeof value === "string" && !/\d{4}/.test(value)) return undefined;
  const milliseconds = typeof value === "number" ? value : Date.parse(value);
  const inRange = milliseconds >= firstMillisecond && milliseconds <= lastMillisecond;
  return inRange ? new Date(milliseconds).toISOString() : undefined;
}

/** Date.parse takes 30 February for 2 March, and 24:00 for the next day. */
function isOnCalendar(timestamp: string): boolean {
  const local = timestamp.slice(0, "2026-01-31T09:30:00".length);
  const milliseconds = Date.parse(`${local}Z`);
  if (Number.isNaN(milliseconds) || Number.isNaN(Date.parse(timestamp))) return false;
  return new Date(milliseconds).toISOString().startsWith(local);
}

const recordTypeSchema = z.string().min(1).max(256);

/** What `POST /api/actions/:id` and `…/responses` take: any object with a `type`. */
export const recordSchema = z.looseObject({
  type: recordTypeSchema,
  timestamp: timestampSchema.optional(),
  eventId: eventIdSchema.optional(),
});

/** What `POST /api/sessions/:id/events` takes, one or many. */
export const newEventSchema = z.strictObject({
  type: eventTypeSchema,
  data: z.record(z.string(), z.custom<JsonValue>()),
  timestamp: timestampSchema.optional(),
  eventId: eventIdSchema.optional(),
});
