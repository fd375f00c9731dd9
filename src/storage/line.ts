import { hasServerField, streamOf, withoutServerFields, type EventType, type NewEvent, type Stream } from "../core/event.js";
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

const stampEnd = /^\{("seq":\d+,"timestamp":"[^"\\]*","receivedAt":"[^"\\]*","eventId":"[^"\\]*"),/;
const seqStart = '{"seq":';

/** The stored line of an event, without the newline. */
export function encodeLine(event: NewEvent, { seq, timestamp, receivedAt, eventId }: Stamp): string {
  const head = `{"seq":${seq},"timestamp":"${timestamp}","receivedAt":"${receivedAt}","eventId":"${eventId}",`;
  if (streamOf(event.type) === "changes") {
    return `${head}"type":"${event.type}","data":${event.raw ?? JSON.stringify(event.data)}}`;
  }
  const record = event.raw !== undefined && !hasServerField(event.data) ? event.raw : JSON.stringify(withoutServerFields(event.data));
  return head + record.slice(1);
}

/** The seq of a stored line; 0 for a line that is not one. */
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
  const place = cursor === undefined ? `"sessionId":"${sessionId}"` : `"sessionId":"${sessionId}","cursor":"${cursor}"`;
  if (stream === "changes") return `{${place},${line.slice(1)}`;
  const type = stream === "actions" ? "action" : "response";
  return `{"type":"${type}",${place},${stampOf(line)},"data":${line}}`;
}

function stampOf(line: string): string {
  const match = stampEnd.exec(line);
  if (match) return match[1]!;
  const record = parseLine(line) ?? {};
  const { seq = 0, timestamp = "", receivedAt = timestamp, eventId = "" } = record;
  return JSON.stringify({ seq, timestamp, receivedAt, eventId }).slice(1, -1);
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
  const { seq, timestamp } = record;
  if (typeof seq !== "number" || typeof timestamp !== "string") return undefined;
  if (stream !== "changes") return { type: stream === "actions" ? "action" : "response", seq, timestamp, data: record };
  const data = record["data"];
  return isJsonObject(data) ? { type: record["type"] as EventType, seq, timestamp, data } : undefined;
}
