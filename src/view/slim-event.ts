import type { SessionEvent } from "../core/event.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../core/json.js";

const mostText = 240;
const mostParts = 12;
const deepest = 3;

/** The event with its long texts, long lists and deep parts cut: enough to be told in a line. */
export function slimEvent(event: SessionEvent): SessionEvent {
  return { ...event, data: slimObject(event.data, 40, 0) };
}

function slim(value: JsonValue, depth: number): JsonValue {
  if (typeof value === "string") return value.length > mostText ? value.slice(0, mostText) : value;
  if (depth >= deepest && typeof value === "object") return null;
  if (Array.isArray(value)) return value.slice(0, mostParts).map((part) => slim(part, depth + 1));
  return isJsonObject(value) ? slimObject(value, mostParts, depth + 1) : value;
}

function slimObject(object: JsonObject, most: number, depth: number): JsonObject {
  const entries = Object.entries(object).slice(0, most);
  return Object.fromEntries(entries.map(([key, value]) => [key, slim(value, depth)]));
}
