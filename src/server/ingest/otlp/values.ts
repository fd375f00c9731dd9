import { isJsonObject, isUnsafeKey, type JsonObject, type JsonValue } from "../../../core/json.js";

const deepest = 32;

/** The value of an `AnyValue`: integers beyond a double, NaN and infinities as text, bytes as base64. */
export function readAnyValue(value: unknown, depth = 0): JsonValue {
  if (!isRecord(value) || depth > deepest) return null;
  for (const [kind, read] of readers) {
    const given = value[kind];
    if (given !== undefined && given !== null) return read(given, depth);
  }
  return null;
}

const readers: [string, (given: unknown, depth: number) => JsonValue][] = [
  ["stringValue", (given) => (typeof given === "string" ? given : null)],
  ["boolValue", (given) => given === true],
  ["intValue", readInteger],
  ["doubleValue", readDouble],
  ["arrayValue", (given, depth) => recordsOf(given, "values").map((item) => readAnyValue(item, depth + 1))],
  ["kvlistValue", (given, depth) => readAttributes(isRecord(given) ? given["values"] : undefined, depth + 1)],
  ["bytesValue", readBytes],
];

function readInteger(given: unknown): JsonValue {
  if (typeof given !== "string" && typeof given !== "number") return null;
  const number = Number(given);
  return Number.isSafeInteger(number) ? number : String(given);
}

function readDouble(given: unknown): JsonValue {
  if (typeof given !== "string" && typeof given !== "number") return null;
  const number = Number(given);
  return Number.isFinite(number) ? number : String(given);
}

function readBytes(given: unknown): JsonValue {
  if (given instanceof Uint8Array) return Buffer.from(given).toString("base64");
  return typeof given === "string" ? given : null;
}

/** A list of `KeyValue` as an object; what has no key, or one that could touch a prototype, is left out. */
export function readAttributes(list: unknown, depth = 0): JsonObject {
  const attributes: JsonObject = {};
  if (!Array.isArray(list)) return attributes;
  for (const item of list) {
    const key: unknown = isRecord(item) ? item["key"] : undefined;
    if (typeof key === "string" && key !== "" && !isUnsafeKey(key)) {
      attributes[key] = readAnyValue((item as Record<string, unknown>)["value"], depth);
    }
  }
  return attributes;
}

/** An id as lower-case hex, from hex text (JSON) or bytes (protobuf); "" for none, all zeros and anything else. */
export function readId(given: unknown, bytes: 8 | 16): string {
  const hex = given instanceof Uint8Array ? Buffer.from(given).toString("hex") : given;
  if (typeof hex !== "string" || hex.length !== bytes * 2 || !/^[0-9a-f]+$/i.test(hex)) return "";
  return /^0+$/.test(hex) ? "" : hex.toLowerCase();
}

const latest = BigInt(Date.parse("9999-12-31T23:59:59.999Z")) * 1_000_000n;

/** Nanoseconds since 1970; 0 where there is no sensible time. */
export function readNanos(given: unknown): bigint {
  if (typeof given === "number" && !(Number.isInteger(given) && given >= 0)) return 0n;
  if (typeof given !== "number" && !(typeof given === "string" && /^\d{1,20}$/.test(given))) return 0n;
  const nanos = BigInt(given);
  return nanos <= latest ? nanos : 0n;
}

/** RFC 3339, to the millisecond; undefined for 0. */
export function toTime(nanos: bigint): string | undefined {
  return nanos > 0n ? new Date(Number(nanos / 1_000_000n)).toISOString() : undefined;
}

export function toNanos(timestamp: JsonValue | undefined): bigint {
  const milliseconds = typeof timestamp === "string" ? Date.parse(timestamp) : Number.NaN;
  return milliseconds > 0 ? BigInt(milliseconds) * 1_000_000n : 0n;
}

export function millisecondsBetween(start: bigint, end: bigint): number | undefined {
  return start > 0n && end >= start ? Number((end - start) / 1000n) / 1000 : undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return isJsonObject(value);
}

/** The objects in a list under `key`. */
export function recordsOf(value: unknown, key: string): Record<string, unknown>[] {
  const list = isRecord(value) ? value[key] : undefined;
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

/** Text that is not empty; a number as text. */
export function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A number, also where it was sent as text. */
export function numberOf(value: JsonValue | undefined): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** The first of the attributes that is there. */
export function firstOf(attributes: JsonObject, ...keys: string[]): JsonValue | undefined {
  const key = keys.find((name) => attributes[name] !== undefined && attributes[name] !== null);
  return key === undefined ? undefined : attributes[key];
}

/** JSON that was sent as text; anything else as it is. */
export function parsedText(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as JsonValue;
  } catch {
    return value;
  }
}
