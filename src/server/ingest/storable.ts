import type { NewEvent } from "../../core/event.js";
import { hasServerField, withoutServerFields } from "../../core/event.js";
import { isUnsafeKey, maxJsonDepth, type JsonObject, type JsonValue } from "../../core/json.js";

/** Room for what wraps a report's values in an event. */
const deepest = maxJsonDepth - 4;

/** The event with nothing in its data that the store would refuse, or a fold would leave out. */
export function storableEvent(event: NewEvent): NewEvent {
  const data = storable(event.data) as JsonObject;
  return { ...event, data: hasServerField(data) ? withoutServerFields(data) : data };
}

/**
 * JSON that can be stored, with nothing of it lost: values nested deeper than the store takes stand
 * there as JSON text, numbers beyond a double as text, and keys that could touch a prototype get an
 * underscore in front. The value itself where nothing is wrong with it.
 */
function storable(value: unknown, depth = 1): JsonValue {
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value !== "object") return typeof value === "string" || typeof value === "boolean" ? value : null;
  if (value === null) return null;
  if (depth > deepest) return shallow(value);
  if (Array.isArray(value))
    return changed(
      value,
      value.map((item) => storable(item, depth + 1)),
    );
  const entries = Object.entries(value).filter(([, child]) => child !== undefined);
  let same = entries.length === Object.keys(value).length;
  const made = entries.map(([key, child]) => {
    const kept = storable(child, depth + 1);
    const name = isUnsafeKey(key) ? `_${key}` : key;
    same &&= kept === child && name === key;
    return [name, kept] as const;
  });
  return same ? (value as JsonObject) : Object.fromEntries(made);
}

function changed(before: readonly unknown[], after: JsonValue[]): JsonValue[] {
  return after.every((item, index) => item === before[index]) ? (before as JsonValue[]) : after;
}

/** JSON text of what is too deep; what is too deep even for that is only named. */
function shallow(value: object): string {
  try {
    return JSON.stringify(value);
  } catch {
    return "[nested too deep]";
  }
}
