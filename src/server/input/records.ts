import type { NewEvent } from "../../core/event.js";
import { recordSchema } from "../../core/schemas.js";
import { checkJson, isJsonObject, type JsonObject } from "../../core/json.js";
import type { Batch } from "./batch.js";
import { parseBatch } from "./batch.js";
import { keyOf } from "./idempotency.js";
import { parseJson, parseWith } from "./parse.js";

export type RecordType = "action" | "response";

/** The actions or responses of a body. @throws AppError `invalid_json`, `invalid_input`, `body_too_large` */
export function parseRecords(text: string, ndjson: boolean, type: RecordType, key: string | undefined): Batch {
  return parseBatch(text, ndjson, (value, raw, index) => {
    const path = index === undefined ? "" : `[${index}]`;
    const record = value === undefined ? parseJson(raw!, path) : value;
    return newRecord(type, record, raw, path, keyOf(key, index));
  });
}

/** `eventId` and `timestamp` hold where the record gives none of its own. */
export function newRecord(
  type: RecordType,
  record: unknown,
  raw: string | undefined,
  path: string,
  eventId: string | undefined,
  timestamp?: string,
): NewEvent {
  checkJson(record, { path });
  if (isPlainRecord(record))
    return { type, data: record, eventId, timestamp, raw: raw?.charCodeAt(0) === 0x7b ? raw : undefined };
  const parsed = parseWith(recordSchema, record, path);
  return {
    type,
    data: record as JsonObject,
    eventId: eventId ?? parsed.eventId,
    timestamp: timestamp ?? parsed.timestamp,
    raw: undefined,
  };
}

/** What `recordSchema` takes without changing it; nearly every record is. */
function isPlainRecord(value: unknown): value is JsonObject {
  if (!isJsonObject(value) || value["timestamp"] !== undefined || value["eventId"] !== undefined) return false;
  const type = value["type"];
  return typeof type === "string" && type.length > 0 && type.length <= 256;
}
