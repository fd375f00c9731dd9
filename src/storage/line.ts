import {
  hasServerField,
  streamOf,
  withoutServerFields,
  type EventType,
  type NewEvent,
  type Stream,
} from "../core/event.js";
import { isJsonObject, type JsonObject } from "../core/json.js";
import type { FoldedEvent } from "../core/state.js";

/*
 * How an event is kept, one JSON object a line:
 *
 *   actions, responses   {<stamp>, …the record, with its own "type"}
 *   changes              {<stamp>, "type": <event type>, "data": {…}}
 *
 * where <stamp> is always "seq", "timestamp", "receivedAt", "eventId", in this order and without
 * white space. So a reader wraps a stored line into an event by cutting text and never parses it.
 */

export interface Stamp {
  seq: number;
  timestamp: string;
  receivedAt: string;
  eventId: string;
}

const stampPattern = /^\{("seq":\d+,"timestamp":"[^"\\]*","receivedAt":"[^"\\]*","eventId":"[^"\\]*"),/;
const seqStart = '{"seq":';
const recordEvents = { actions: "action", responses: "response" } as const;

/** The stored line of an event, without the newline. */
export function encodeLine(event: NewEvent, { seq, timestamp, receivedAt, eventId }: Stamp): string {
  const head = `{"seq":${seq},"timestamp":"${timestamp}","receivedAt":"${receivedAt}","eventId":"${eventId}",`;
  if (streamOf(event.type) === "changes") {
    return `${head}"type":"${event.type}","data":${event.raw ?? JSON.stringify(event.data)}}`;
  }
  const record =
    event.raw !== undefined && !hasServerField(event.data)
      ? event.raw
      : JSON.stringify(withoutServerFields(event.data));
  const fields = record.slice(1);
  return fields.trimStart() === "}" ? `${head.slice(0, -1)}}` : head + fields;
}

/** The seq of a stored line, read off its start where it stands there; 0 for a line that has none. */
export function seqOfLine(line: string): number {
  if (line.startsWith(seqStart)) {
    const seq = Number.parseInt(line.slice(seqStart.length, seqStart.length + 16), 10);
    if (seq > 0) return seq;
  }
  const seq = parseLine(line)?.["seq"];
  return typeof seq === "number" && Number.isSafeInteger(seq) && seq > 0 ? seq : 0;
}

/** The line as an object; undefined where it is torn or not JSON. */
export function parseLine(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A stored line as the event that every reader sees; its text is kept, not parsed, where it has the usual stamp. */
export function toEventLine(stream: Stream, sessionId: string, line: string, cursor?: string): string {
  const stamp = stampPattern.exec(line)?.[1];
  if (stamp === undefined) return rebuildEventLine(stream, sessionId, line, cursor);
  const place = cursor === undefined ? `"sessionId":"${sessionId}"` : `"sessionId":"${sessionId}","cursor":"${cursor}"`;
  if (stream === "changes") return `{${place},${line.slice(1)}`;
  return `{"type":"${recordEvents[stream]}",${place},${stamp},"data":${line}}`;
}

/** For a line of another layout, and for one that is not JSON: its text is then the data, and nothing else breaks. */
function rebuildEventLine(stream: Stream, sessionId: string, line: string, cursor: string | undefined): string {
  const record = parseLine(line) ?? { type: "unreadable_line", text: line };
  const { seq = seqOfLine(line), timestamp = "", receivedAt = timestamp, eventId = "" } = record;
  const type = stream === "changes" ? record["type"] : recordEvents[stream];
  const data = stream === "changes" ? (record["data"] ?? record) : record;
  return JSON.stringify({ type, sessionId, cursor, seq, timestamp, receivedAt, eventId, data });
}

/** The type that a filter compares: an event's for `changes`, the record's own otherwise. */
export function typeOfLine(line: string): string {
  const type = parseLine(line)?.["type"];
  return typeof type === "string" ? type : "";
}

/** A stored line as the fold takes it; undefined where it is torn or not an event. */
export function foldedEvent(stream: Stream, line: string): FoldedEvent | undefined {
  const record = parseLine(line);
  if (record === undefined) return undefined;
  const { seq, timestamp, receivedAt = timestamp } = record;
  if (typeof seq !== "number" || typeof timestamp !== "string" || typeof receivedAt !== "string") return undefined;
  if (stream !== "changes") return { type: recordEvents[stream], seq, timestamp, receivedAt, data: record };
  const { type, data } = record;
  if (typeof type !== "string" || !isJsonObject(data)) return undefined;
  return { type: type as EventType, seq, timestamp, receivedAt, data };
}
