import { AppError } from "../../../core/errors.js";
import type { JsonObject, JsonValue } from "../../../core/json.js";
import { signals, type Signal } from "./protobuf.js";
import { isRecord, readAnyValue, readAttributes, readId, readNanos, recordsOf, textOf, toNanos } from "./values.js";

/** What every record of a request stands under. */
interface Origin {
  resource: JsonObject;
  scope: string;
}

interface Located extends Origin {
  /** Lower-case hex; "" where the record belongs to no trace. */
  traceId: string;
  spanId: string;
  attributes: JsonObject;
}

export interface Span extends Located {
  kind: "span";
  parentSpanId: string;
  name: string;
  /** Nanoseconds since 1970; 0 where unknown. */
  start: bigint;
  end: bigint;
  failed: boolean;
  statusMessage: string;
  events: SpanEvent[];
}

export interface SpanEvent {
  name: string;
  time: bigint;
  attributes: JsonObject;
}

export interface Log extends Located {
  kind: "log";
  /** The event's name: its own field, the attribute `event.name`, else the body where that is one word. */
  name: string;
  time: bigint;
  body: JsonValue;
  severity: string;
}

/** One number of a metric that sums. */
export interface Point extends Origin {
  kind: "point";
  name: string;
  unit: string;
  value: number;
  /** The number is what came since the point before, and not since the start. */
  delta: boolean;
  start: bigint;
  time: bigint;
  attributes: JsonObject;
}

export type Telemetry = Span | Log | Point;

/** The records of a request, and how many were no records at all. */
export interface Telemetries {
  records: Telemetry[];
  invalid: number;
  /** Why the whole request is none of this signal, though it breaks no rule; "" where it is one. */
  strange: string;
}

const layout = {
  traces: ["resourceSpans", "scopeSpans", "spans", readSpan],
  logs: ["resourceLogs", "scopeLogs", "logRecords", readLog],
  metrics: ["resourceMetrics", "scopeMetrics", "metrics", readMetric],
} as const;

/**
 * The records of a decoded request, from JSON or protobuf. Unknown fields are passed over.
 *
 * @throws AppError `invalid_input` where it is no request at all
 */
export function readRequest(signal: Signal, request: unknown): Telemetries {
  const [resources, scopes, items, read] = layout[signal];
  if (!isRecord(request) || !(Array.isArray(request[resources]) || request[resources] === undefined)) {
    const message = `The body is not an OTLP ${signal} request: it has no list "${resources}".`;
    throw new AppError("invalid_input", message, { issues: [{ path: resources, message: "must be a list" }] });
  }
  const found: Telemetries = { records: [], invalid: 0, strange: strangeness(signal, request) };
  for (const group of recordsOf(request, resources)) {
    const resource = readAttributes(isRecord(group["resource"]) ? group["resource"]["attributes"] : undefined);
    for (const scoped of recordsOf(group, scopes)) {
      const scope = isRecord(scoped["scope"]) ? scoped["scope"]["name"] : "";
      const origin = { resource, scope: typeof scope === "string" ? scope : "" };
      for (const item of recordsOf(scoped, items)) collect(found, read(item, origin));
    }
  }
  return found;
}

/**
 * Fields that nobody knows are passed over, and an export may be empty; but one that holds only such fields was meant
 * for another address, or is no export.
 */
function strangeness(signal: Signal, request: Record<string, unknown>): string {
  const wanted = layout[signal][0];
  if (wanted in request || Object.keys(request).length === 0) return "";
  const other = signals.find((each) => layout[each][0] in request);
  if (other !== undefined) return `Nothing was taken: "${layout[other][0]}" is for /v1/${other}.`;
  return `Nothing was taken: an export of ${signal} has "${wanted}", and this one has not.`;
}

function collect(found: Telemetries, read: Telemetry | Telemetry[] | undefined): void {
  if (read === undefined) found.invalid += 1;
  else if (Array.isArray(read)) found.records.push(...read);
  else found.records.push(read);
}

function readSpan(item: Record<string, unknown>, origin: Origin): Span | undefined {
  const traceId = readId(item["traceId"], 16);
  const spanId = readId(item["spanId"], 8);
  if (traceId === "" || spanId === "") return undefined;
  const status = isRecord(item["status"]) ? item["status"] : {};
  return {
    kind: "span",
    ...origin,
    traceId,
    spanId,
    parentSpanId: readId(item["parentSpanId"], 8),
    name: text(item["name"]),
    start: readNanos(item["startTimeUnixNano"]),
    end: readNanos(item["endTimeUnixNano"]),
    attributes: readAttributes(item["attributes"]),
    failed: status["code"] === 2 || status["code"] === "STATUS_CODE_ERROR",
    statusMessage: text(status["message"]),
    events: recordsOf(item, "events").map((event) => ({
      name: text(event["name"]),
      time: readNanos(event["timeUnixNano"]),
      attributes: readAttributes(event["attributes"]),
    })),
  };
}

function readLog(item: Record<string, unknown>, origin: Origin): Log {
  const attributes = readAttributes(item["attributes"]);
  const body = readAnyValue(item["body"]);
  const named = textOf(attributes["event.name"]) ?? (text(item["eventName"]) || wordOf(body));
  return {
    kind: "log",
    ...origin,
    traceId: readId(item["traceId"], 16),
    spanId: readId(item["spanId"], 8),
    name: named,
    time: logTime(item, attributes),
    attributes,
    body,
    severity: text(item["severityText"]),
  };
}

/** When it happened; some exporters say only when they saw it. */
function logTime(item: Record<string, unknown>, attributes: JsonObject): bigint {
  const given = readNanos(item["timeUnixNano"]) || readNanos(item["observedTimeUnixNano"]);
  return given || toNanos(attributes["event.timestamp"]);
}

function wordOf(body: JsonValue): string {
  return typeof body === "string" && /^\S{1,200}$/.test(body) ? body : "";
}

/** Sums alone: gauges and histograms are of a program, and not of what a session did. */
function readMetric(item: Record<string, unknown>, origin: Origin): Point[] {
  const sum = isRecord(item["sum"]) ? item["sum"] : {};
  const temporality = sum["aggregationTemporality"];
  return recordsOf(sum, "dataPoints").map((point) => ({
    kind: "point",
    ...origin,
    name: text(item["name"]),
    unit: text(item["unit"]),
    value: Number(point["asDouble"] ?? point["asInt"] ?? Number.NaN),
    delta: temporality === 1 || temporality === "AGGREGATION_TEMPORALITY_DELTA",
    start: readNanos(point["startTimeUnixNano"]),
    time: readNanos(point["timeUnixNano"]),
    attributes: readAttributes(point["attributes"]),
  }));
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
