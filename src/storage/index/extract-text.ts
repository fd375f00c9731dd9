import { withoutServerFields, type Stream } from "../../core/event.js";
import type { JsonObject, JsonValue } from "../../core/json.js";
import { foldedEvent } from "../line.js";

/** Characters of an event that are searchable; what is behind them is not. */
const maxCharacters = 16 * 1024;

/** Stand around a match until the snippet is escaped; taken out of every text. */
export const markStart = "\u{E000}";
export const markEnd = "\u{E001}";
const reserved = /[\0\u{E000}\u{E001}]/gu;

const separator = " · ";

/** An event as search knows it. `type` is the record's own, as readers see it; `time` epoch milliseconds. */
export interface SearchableEvent {
  seq: number;
  eventType: string;
  type: string;
  timestamp: string;
  time: number;
  text: string;
}

/** What a stored line holds for search; undefined where it is not an event. */
export function searchableEvent(stream: Stream, line: string): SearchableEvent | undefined {
  const event = foldedEvent(stream, line);
  if (!event) return undefined;
  const { seq, type: eventType, timestamp, data } = event;
  const own = data["type"];
  return {
    seq,
    eventType,
    type: stream !== "changes" && typeof own === "string" ? own : eventType,
    timestamp,
    time: Date.parse(timestamp) || 0,
    text: textOf(data, stream !== "changes"),
  };
}

/** Every text and number in the data, in order, up to {@link maxCharacters}. */
function textOf(data: JsonObject, stamped: boolean): string {
  const parts: string[] = [];
  let room = maxCharacters;
  for (const leaf of leavesOf(stamped ? withoutServerFields(data) : data)) {
    parts.push(leaf.slice(0, room));
    room -= leaf.length + separator.length;
    if (room <= 0) break;
  }
  return parts.join(separator).replace(reserved, " ");
}

function* leavesOf(value: JsonValue): Generator<string> {
  if (typeof value === "number" || (typeof value === "string" && value !== "")) yield String(value);
  if (typeof value !== "object" || value === null) return;
  for (const child of Object.values(value)) yield* leavesOf(child);
}

/** The words of a document's scope: what filters ask for is one more word of the search. */
export function scopeOf(pk: number, userId: string | null, { eventType, type }: SearchableEvent): string {
  const words = [sessionWord(pk), typeWord(eventType)];
  if (type !== eventType) words.push(typeWord(type));
  if (userId !== null) words.push(userWord(userId));
  return words.join(" ");
}

export function sessionWord(pk: number): string {
  return `s${pk}`;
}

export function userWord(userId: string): string {
  return `u${hex(userId)}`;
}

export function typeWord(type: string): string {
  return `t${hex(type)}`;
}

/** Letters and digits only, so that it is one word; long ids may share theirs, and hits are checked again. */
function hex(text: string): string {
  return Buffer.from(text).subarray(0, 100).toString("hex");
}
