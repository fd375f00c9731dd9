import type { JsonObject } from "../../core/json.js";
import { isJsonObject } from "../../core/json.js";

/**
 * An event's JSON text taken apart without parsing its head: scalar fields, then `"data":{…}` as the
 * last one, so that the text of `data` can be stored as the producer wrote it.
 */
export interface Envelope {
  type: string | undefined;
  eventId: string | undefined;
  timestamp: string | undefined;
  data: JsonObject;
  raw: string;
}

const headField =
  /[ \t]*"(?:(type|eventId|timestamp)|sessionId|receivedAt|cursor|seq)"[ \t]*:[ \t]*(?:"([^"\\\x00-\x1f]*)"|(?:0|[1-9]\d{0,14}))[ \t]*,/y;
const dataField = /[ \t]*"data"[ \t]*:[ \t]*(?=\{)/y;

/**
 * The envelope; undefined for any other shape, and for text that is not JSON: parse that in full.
 * What is returned means the same as the parsed text, since `data` parses alone.
 */
export function scanEnvelope(text: string): Envelope | undefined {
  if (text.charCodeAt(0) !== 0x7b || text.charCodeAt(text.length - 1) !== 0x7d) return undefined;
  const fields: { type?: string; eventId?: string; timestamp?: string } = {};
  let at = 1;
  for (;;) {
    headField.lastIndex = at;
    const match = headField.exec(text);
    if (!match) break;
    const name = match[1] as keyof typeof fields | undefined;
    if (name !== undefined && match[2] === undefined) return undefined;
    if (name !== undefined) fields[name] = match[2];
    at = headField.lastIndex;
  }
  dataField.lastIndex = at;
  if (!dataField.test(text)) return undefined;
  const raw = text.slice(dataField.lastIndex, -1).trimEnd();
  const data = parseObject(raw);
  return data && { type: fields.type, eventId: fields.eventId, timestamp: fields.timestamp, data, raw };
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
