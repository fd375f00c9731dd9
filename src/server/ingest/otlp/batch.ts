import { createHash } from "node:crypto";
import type { JsonObject, JsonValue } from "../../../core/json.js";
import type { Log, Span, Telemetry } from "./signals.js";

/** The spans of one request, by their place in the tree. */
export interface Batch {
  /** The parent, where it is in the request. */
  parentOf(span: Span): Span | undefined;
  /** A span by its ids, where it is in the request. */
  spanAt(traceId: string, spanId: string): Span | undefined;
  /** The ancestors that are in the request, nearest first. */
  ancestorsOf(span: Span): Span[];
}

const deepest = 256;

export function createBatch(records: readonly Telemetry[]): Batch {
  const spans = new Map<string, Span>();
  for (const record of records) if (record.kind === "span") spans.set(key(record.traceId, record.spanId), record);

  function spanAt(traceId: string, spanId: string): Span | undefined {
    return spans.get(key(traceId, spanId));
  }
  function parentOf({ traceId, parentSpanId }: Span): Span | undefined {
    return parentSpanId === "" ? undefined : spanAt(traceId, parentSpanId);
  }
  function ancestorsOf(span: Span): Span[] {
    const ancestors: Span[] = [];
    for (let next = parentOf(span); next && ancestors.length < deepest && next !== span; next = parentOf(next)) {
      ancestors.push(next);
    }
    return ancestors;
  }
  return { parentOf, spanAt, ancestorsOf };
}

function key(traceId: string, spanId: string): string {
  return `${traceId}-${spanId}`;
}

/** A log record's identity: it carries no id of its own, and comes again as it was where an export is repeated. */
export function identityOf({ scope, name, time, traceId, spanId, attributes, body }: Log): string {
  return digest([scope, name, String(time), traceId, spanId, sorted(attributes), body]);
}

/** The fields in an order of their own: attributes have none. */
export function sorted(fields: JsonObject): [string, JsonValue][] {
  return Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

export function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("base64url").slice(0, 22);
}

/** The attributes that no field tells, without what stands on the resource as well. */
export function extraOf(
  { attributes, resource }: { attributes: JsonObject; resource: JsonObject },
  told: (key: string) => boolean,
): JsonObject {
  const kept = Object.entries(attributes).filter(
    ([name, value]) => value !== null && value !== "" && !told(name) && !isOfResource(resource, name, value),
  );
  return Object.fromEntries(kept);
}

function isOfResource(resource: JsonObject, name: string, value: unknown): boolean {
  return Object.hasOwn(resource, name) && JSON.stringify(resource[name]) === JSON.stringify(value);
}

/** True for the keys, and for what begins with one of them that ends in a dot or a star. */
export function toldBy(...keys: string[]): (key: string) => boolean {
  const exact = new Set(keys);
  const prefixes = keys.filter((name) => /[.*]$/.test(name)).map((name) => name.replace(/\*$/, ""));
  return (name) => exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
}
