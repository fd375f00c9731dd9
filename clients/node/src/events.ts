import { randomBytes, randomUUID } from "node:crypto";
import { InvalidInputError, TooLargeError } from "./errors.js";
import { isObject, type JsonObject } from "./json.js";
import { toPlain } from "./plain.js";
import type { Redact } from "./redact.js";

/** The types of event that a session's log holds. */
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

/** One event, and the line that it travels and is spooled as. */
export interface NewEvent {
  type: EventType;
  eventId: string;
  timestamp: string;
  /** `{"type","eventId","timestamp","data"}` with its line end; `data` last, so that the server can keep its text. */
  line: string;
  bytes: number;
}

export interface Draft {
  event: NewEvent;
  data: JsonObject;
}

const eventIdPattern = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/;
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const headCharacters = 4096;

export interface DraftRules {
  maxEventBytes: number;
  redact: Redact;
  now: () => Date;
}

/**
 * The event of a call: its data made plain and redacted, its own `eventId` and `timestamp` moved
 * to the event. `ownId` is the event id where the data names none.
 *
 * @throws InvalidInputError, TooLargeError
 */
export function draftEvent(type: EventType, input: Record<string, unknown>, rules: DraftRules, ownId?: string): Draft {
  const { eventId: givenId, timestamp: givenTime, ...rest } = input;
  const eventId = [givenId, ownId].find(isEventId) ?? randomUUID();
  const timestamp = timestampOf(givenTime) ?? rules.now().toISOString();
  const data = rules.redact(toPlain(rest)) as JsonObject;
  const sized = withinSize(type, data, rules.maxEventBytes);
  return { event: toEvent(type, eventId, timestamp, sized.text), data: sized.data };
}

function toEvent(type: EventType, eventId: string, timestamp: string, text: string): NewEvent {
  const line = `{"type":"${type}","eventId":"${eventId}","timestamp":"${timestamp}","data":${text}}\n`;
  return { type, eventId, timestamp, line, bytes: Buffer.byteLength(line) };
}

/** An event of the agent's own making, whose data needs no care. */
export function ownEvent(type: EventType, data: JsonObject, now: Date): NewEvent {
  return toEvent(type, randomUUID(), now.toISOString(), JSON.stringify(data));
}

function withinSize(type: EventType, data: JsonObject, most: number): { data: JsonObject; text: string } {
  const text = JSON.stringify(data);
  if (text.length * 3 <= most) return { data, text };
  const bytes = Buffer.byteLength(text);
  if (bytes <= most) return { data, text };
  if (type !== "action" && type !== "response") {
    throw new TooLargeError(`This ${type} is ${bytes} bytes long, and at most ${most} are sent. Make it smaller.`);
  }
  const cut = { type: data["type"] ?? "", truncated: { bytes, head: firstCharacters(text) } };
  return { data: cut, text: JSON.stringify(cut) };
}

/** Characters and not UTF-16 units: none is cut in half. */
function firstCharacters(text: string): string {
  return Array.from(text.slice(0, headCharacters * 2))
    .slice(0, headCharacters)
    .join("");
}

export function isEventId(value: unknown): value is string {
  return typeof value === "string" && eventIdPattern.test(value);
}

function timestampOf(value: unknown): string | undefined {
  if (typeof value === "string" && rfc3339.test(value) && !Number.isNaN(Date.parse(value))) return value;
  const time = value instanceof Date ? value : typeof value === "number" ? new Date(value) : undefined;
  return time && !Number.isNaN(time.getTime()) ? time.toISOString() : undefined;
}

/** @throws InvalidInputError where it is not an object with a `type` of 1 to 256 characters */
export function checkRecord(record: unknown, call: string): Record<string, unknown> {
  if (isObject(record) && isName(record["type"])) return record;
  throw new InvalidInputError(
    `${call} takes an object with a 'type' of 1 to 256 characters, such as {type: "task_start"}; this one was not sent.`,
  );
}

export function checkObject(value: unknown, call: string): Record<string, unknown> {
  if (isObject(value)) return value;
  throw new InvalidInputError(`${call} takes an object; this call was not sent.`);
}

/** @throws InvalidInputError where it is no event that a log could hold */
export function checkEvent(event: unknown): { type: EventType; data: Record<string, unknown> } {
  if (isObject(event)) {
    const { type, data, eventId, timestamp } = event;
    const known = eventTypes.find((each) => each === type);
    const isRecord = known === "action" || known === "response";
    if (known && isObject(data)) {
      return { type: known, data: { ...(isRecord ? checkRecord(data, "logEvent") : data), eventId, timestamp } };
    }
  }
  throw new InvalidInputError(
    `logEvent takes {type, data} with a type of ${eventTypes.join(", ")}; this one was not sent.`,
  );
}

export interface WithId {
  data: Record<string, unknown>;
  /** The event id that makes adding it again under this id one and the same; undefined for a made id. */
  ownId: string | undefined;
}

/** @throws InvalidInputError where there is no description */
export function checkGoal(goal: unknown): WithId {
  const fields = typeof goal === "string" ? { description: goal } : goal;
  if (isObject(fields) && typeof fields["description"] === "string" && fields["description"] !== "") {
    return withId(fields, "goalId", "goal");
  }
  throw new InvalidInputError("addGoal takes a text or an object with a 'description'; this goal was not sent.");
}

/** @throws InvalidInputError where there is no type */
export function checkAgent(agent: unknown): WithId {
  const fields = typeof agent === "string" ? { type: agent } : agent;
  if (isObject(fields) && isName(fields["type"])) return withId(fields, "agentId", "agent");
  throw new InvalidInputError("spawnAgent takes a text or an object with a 'type'; this agent was not sent.");
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value.length >= 1 && value.length <= 256;
}

function withId(fields: Record<string, unknown>, key: "goalId" | "agentId", prefix: string): WithId {
  const { [key]: named, id, ...rest } = fields;
  const given = named ?? id;
  const known = (typeof given === "string" && given !== "") || typeof given === "number";
  const value = known ? String(given) : newId();
  return { data: { ...rest, [key]: value }, ownId: known ? `${prefix}:${value}` : undefined };
}

/** @throws InvalidInputError where it is no id */
export function checkId(id: unknown, call: string): string {
  if (typeof id === "string" && id !== "") return id;
  throw new InvalidInputError(`${call} takes the id of what it changes as its first argument; this call was not sent.`);
}

const alphabet = "0123456789abcdefghijkmnpqrstuvwxyz";

/** A random id that is easy to read aloud. */
function newId(): string {
  return Array.from(randomBytes(12), (byte) => alphabet[byte % alphabet.length]).join("");
}
