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

const quote = 0x22;
const colon = 0x3a;
const comma = 0x2c;
const keptFields: ReadonlySet<string> = new Set(["type", "eventId", "timestamp"]);
/** What the server says about an event's place; a producer that sends it means nothing by it. */
const skippedFields: ReadonlySet<string> = new Set(["sessionId", "receivedAt", "cursor", "seq"]);
const plainText = /^[^"\\\x00-\x1f]*$/;
const plainNumber = /^(?:0|[1-9]\d{0,14})$/;

/**
 * The envelope; undefined for any other shape, and for text that is not JSON: parse that in full.
 * What is returned means the same as the parsed text, since `data` parses alone.
 */
export function scanEnvelope(text: string): Envelope | undefined {
  if (text.charCodeAt(0) !== 0x7b || text.charCodeAt(text.length - 1) !== 0x7d) return undefined;
  const fields: Record<string, string> = {};
  let at = 1;
  for (;;) {
    const start = skipSpace(text, at);
    const end = text.indexOf('"', start + 1);
    const value = skipSpace(text, end + 1) + 1;
    if (end === -1 || text.charCodeAt(start) !== quote || text.charCodeAt(value - 1) !== colon) return undefined;
    const name = text.slice(start + 1, end);
    at = skipSpace(text, value);
    if (name === "data") break;
    at = scanField(text, at, name, fields);
    if (at === -1) return undefined;
  }
  const raw = text.slice(at, -1).trimEnd();
  const data = parseObject(raw);
  return data && { type: fields["type"], eventId: fields["eventId"], timestamp: fields["timestamp"], data, raw };
}

/** Reads one scalar and the comma behind it; the place after that, or -1 for anything else. */
function scanField(text: string, at: number, name: string, fields: Record<string, string>): number {
  const isText = text.charCodeAt(at) === quote;
  const end = text.indexOf(isText ? '"' : ",", at + 1);
  if (end === -1) return -1;
  const value = text.slice(isText ? at + 1 : at, end);
  if (keptFields.has(name)) {
    if (!isText || !plainText.test(value)) return -1;
    fields[name] = value;
  } else if (!skippedFields.has(name) || !(isText ? plainText : plainNumber).test(value)) return -1;
  const next = isText ? skipSpace(text, end + 1) : end;
  return text.charCodeAt(next) === comma ? next + 1 : -1;
}

function skipSpace(text: string, at: number): number {
  while (text.charCodeAt(at) === 0x20) at += 1;
  return at;
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
