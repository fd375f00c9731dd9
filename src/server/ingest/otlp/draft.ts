import type { ActionRecord, ResponseRecord, ToolResultStatus } from "../../../core/activity.js";
import type { EventType, NewEvent } from "../../../core/event.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../core/json.js";
import { unknownModel } from "../../../core/usage.js";
import { joinCalls } from "../model-calls.js";
import { toTime } from "./values.js";

/**
 * An event in the making. Several records may tell of one event, each a part of it: a tool's span its
 * name, the span of its execution the error. Their drafts carry the same `eventId` and become one.
 */
export interface Draft {
  type: EventType;
  eventId: string;
  data: JsonObject;
  /** Nanoseconds since 1970; 0 where unknown. */
  time: bigint;
  /** Of two drafts of one event the higher one's fields hold. */
  rank: number;
  /** Orders what happened at the same time. */
  order: number;
}

interface Place {
  time: bigint;
  rank?: number;
  order?: number;
}

/** Fields may be missing where another record is to tell them; {@link toEvents} fills in what nobody told. */
type Partly<T> = T extends { type: string } ? Pick<T, "type"> & Partial<Omit<T, "type">> : never;

export function action(eventId: string, record: Partly<ActionRecord>, place: Place): Draft {
  return draft("action", eventId, record, place);
}

export function response(eventId: string, record: Partly<ResponseRecord>, place: Place): Draft {
  return draft("response", eventId, record, place);
}

export function change(type: EventType, eventId: string, data: Record<string, unknown>, place: Place): Draft {
  return draft(type, eventId, data, place);
}

function draft(type: EventType, eventId: string, data: object, { time, rank = 1, order = 0 }: Place): Draft {
  const fields = Object.entries(data) as [string, JsonValue | undefined][];
  const told = fields.filter((field): field is [string, JsonValue] => field[1] !== undefined && !isEmpty(field[1]));
  return { type, eventId, data: Object.fromEntries(told), time, rank, order };
}

function isEmpty(value: unknown): boolean {
  return isJsonObject(value) && Object.keys(value).length === 0;
}

/** The events that the drafts tell of, in the order in which they happened. */
export function toEvents(drafts: readonly Draft[]): NewEvent[] {
  const byId = new Map<string, Draft>();
  for (const one of drafts) {
    const other = byId.get(one.eventId);
    byId.set(one.eventId, other ? joined(other, one) : one);
  }
  return [...byId.values()].toSorted(inOrder).map(({ type, eventId, data, time }) => {
    const timestamp = toTime(time);
    return { type, eventId, data: complete(type, data), ...(timestamp === undefined ? {} : { timestamp }) };
  });
}

/** The same whichever of the two came first. */
function joined(a: Draft, b: Draft): Draft {
  const [upper, lower] = compareKnowledge(a, b) <= 0 ? [a, b] : [b, a];
  const isCall = recordType(upper.type, upper.data) === "model_call";
  const filled = { ...lower.data, ...upper.data, ...extras(lower.data, upper.data) };
  const data = isCall ? { ...filled, ...joinCalls(upper.data, lower.data) } : filled;
  return { ...upper, data, time: joinedTime(upper, lower) };
}

function extras(lower: JsonObject, upper: JsonObject): JsonObject {
  if (!isJsonObject(lower["extra"]) || !isJsonObject(upper["extra"])) return {};
  return { extra: { ...lower["extra"], ...upper["extra"] } };
}

/** What begins, began when the first record says; what ended is told best by the better record. */
function joinedTime(upper: Draft, lower: Draft): bigint {
  const begins = upper.type === "action" || upper.type === "agent_spawned";
  if (upper.time === 0n || lower.time === 0n) return upper.time || lower.time;
  return begins && lower.time < upper.time ? lower.time : upper.time;
}

const severities: readonly ToolResultStatus[] = ["ok", "lost", "error", "rejected", "interrupted", "denied"];

function compareKnowledge(a: Draft, b: Draft): number {
  const severity = (one: Draft) => severities.indexOf(one.data["status"] as ToolResultStatus);
  return (
    severity(b) - severity(a) || b.rank - a.rank || compare(a.time, b.time) || compare(textOf(a.data), textOf(b.data))
  );
}

function textOf(data: JsonObject): string {
  return JSON.stringify(data);
}

/** What comes first of what happened at the same time. */
const sequence = [
  "agent_event",
  "agent_started",
  "user_prompt",
  "agent_spawned",
  "step_start",
  "",
  "model_call",
  "thinking",
  "assistant_message",
  "tool_result",
  "step_end",
  "agent_completed",
];

function inOrder(a: Draft, b: Draft): number {
  return compare(a.time, b.time) || placeOf(a) - placeOf(b) || a.order - b.order || compare(a.eventId, b.eventId);
}

function placeOf({ type, data }: Draft): number {
  const place = sequence.indexOf(recordType(type, data));
  return place === -1 ? sequence.indexOf("") : place;
}

/** A record's own type; of any other event, the event's. */
function recordType(type: EventType, data: JsonObject): string {
  return (type === "action" || type === "response") && typeof data["type"] === "string" ? data["type"] : type;
}

function compare(a: bigint | string, b: bigint | string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** What every record of its type has, where no source told it. */
const fallbacks: Record<string, JsonObject> = {
  tool_result: { tool: "unknown", status: "ok" },
  user_prompt: { text: "" },
  model_call: { model: unknownModel },
};

function complete(event: EventType, data: JsonObject): JsonObject {
  const type = recordType(event, data);
  return Object.hasOwn(fallbacks, type) ? { ...fallbacks[type], ...data } : data;
}
