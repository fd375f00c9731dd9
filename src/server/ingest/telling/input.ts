import { createHash } from "node:crypto";
import { isEventId, sessionIdPattern } from "../../../core/ids.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../core/json.js";

/* What agents send is read as it comes: a field that is not of the kind it should be counts as absent. */

export function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function numberOf(value: JsonValue | undefined): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

export function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

export function objectsOf(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** The text itself, or a value as JSON text. */
export function asText(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" || value === undefined ? value : JSON.stringify(value);
}

/** An id of an event, the same for whoever reports it: `<kind>:<id>`. */
export function eventIdFor(kind: string, id: string): string {
  const eventId = `${kind}:${id}`;
  return isEventId(eventId) ? eventId : `${kind}:${digest(id)}`;
}

/** The session that an agent's own id names: the same id where it can be one. */
export function sessionIdFor(id: string): string {
  return sessionIdPattern.test(id) ? id : `x-${digest(id)}`;
}

/** A goal's or an agent's id, short enough to be one. */
export function partIdFor(id: string): string {
  return id.length <= 256 ? id : `${id.slice(0, 200)}#${digest(id)}`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
