import { eventTypes, type EventType, type NewEvent } from "../../core/event.js";
import { newEventSchema } from "../../core/schemas.js";
import { isEventId } from "../../core/ids.js";
import { checkJson, isJsonObject, type JsonObject } from "../../core/json.js";
import { eventDataSchemas } from "../../core/requests.js";
import { parseBatch, type Batch } from "./batch.js";
import { scanEnvelope } from "./envelope.js";
import { keyOf } from "./idempotency.js";
import { checkMetadataPatch } from "./metadata-patch.js";
import { invalidInput, parseJson, parseWith } from "./parse.js";
import { newRecord } from "./records.js";
import { checkStatePatch } from "./state-patch.js";

const knownTypes: ReadonlySet<string> = new Set(eventTypes);
const usualTimestamp =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;

/**
 * The events of a body; a `session_created` can only be the first.
 *
 * @throws AppError `invalid_json`, `invalid_input`, `body_too_large`
 */
export function parseEvents(text: string, ndjson: boolean, key: string | undefined): Batch {
  return parseBatch(text, ndjson, (value, raw, index) => {
    const path = index === undefined ? "" : `[${index}]`;
    const event = scanned(raw, path) ?? parsed(value === undefined ? parseJson(raw!, path) : value, path);
    event.eventId ??= keyOf(key, index);
    if (event.type === "session_created" && (index ?? 0) > 0) {
      throw invalidInput([
        { path: `${path}.type`, message: "session_created can only be the first event of a session" },
      ]);
    }
    return event;
  });
}

/** The event by its envelope, its text kept; undefined where that does not do, or where something is wrong with it. */
function scanned(text: string | undefined, path: string): NewEvent | undefined {
  const envelope = text === undefined ? undefined : scanEnvelope(text);
  if (envelope === undefined || envelope.type === undefined || !knownTypes.has(envelope.type)) return undefined;
  const { type, eventId, timestamp, data, raw } = envelope;
  if (timestamp !== undefined && !isUsualTimestamp(timestamp)) return undefined;
  if (eventId !== undefined && !isEventId(eventId)) return undefined;
  return newEvent(type as EventType, data, raw, path, eventId, timestamp);
}

/** A time that the schema keeps as it is; a month's end takes the calendar that the schema has. */
function isUsualTimestamp(timestamp: string): boolean {
  return usualTimestamp.test(timestamp) && timestamp.slice(8, 10) <= "28";
}

function parsed(value: unknown, path: string): NewEvent {
  checkJson(value, { path });
  const { type, data, eventId, timestamp } = parseWith(newEventSchema, withoutServerPlace(value), path);
  return newEvent(type, data, undefined, path, eventId, timestamp);
}

/** The event without what the server alone says about its place. */
function withoutServerPlace(value: unknown): unknown {
  if (!isJsonObject(value)) return value;
  const { seq: _seq, sessionId: _sessionId, receivedAt: _receivedAt, cursor: _cursor, ...rest } = value;
  return rest;
}

function newEvent(
  type: EventType,
  data: JsonObject,
  raw: string | undefined,
  path: string,
  eventId: string | undefined,
  timestamp: string | undefined,
): NewEvent {
  const dataPath = path === "" ? "data" : `${path}.data`;
  if (type === "action" || type === "response") return newRecord(type, data, raw, dataPath, eventId, timestamp);
  checkJson(data, { path: dataPath, folded: true });
  const schema = eventDataSchemas[type];
  if (schema) parseWith(schema, data, dataPath);
  if (type === "metadata_updated") checkMetadataPatch(data, dataPath);
  const kept = type === "state_updated" ? checkStatePatch(data, dataPath) : data;
  return { type, data: kept, eventId, timestamp, raw: kept === data ? raw : undefined };
}
