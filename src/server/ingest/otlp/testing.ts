import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import protobuf from "protobufjs/light.js";
import type { SessionEvent } from "../../../core/event.js";
import type { JsonObject } from "../../../core/json.js";
import { createEventText } from "../../testing/event-text.js";
import type { Answered, TestServer } from "../../testing/test-server.js";
import { otlpDescriptor } from "./descriptor.js";
import type { Signal } from "./protobuf.js";

const captures = new URL("../../../../test/fixtures/captures/", import.meta.url);
const messages = protobuf.Root.fromJSON(otlpDescriptor);
const requestTypes = { traces: "TracesRequest", logs: "LogsRequest", metrics: "MetricsRequest" } as const;

/** One recorded export, as OTLP's JSON. */
export interface Capture {
  signal: Signal;
  request: unknown;
}

/** The exports in a folder of the captures, in the order in which they were made. */
export function capturesIn(folder: string): Capture[] {
  return readdirSync(new URL(folder, captures))
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => ({
      signal: signalOf(file),
      request: JSON.parse(readFileSync(new URL(`${folder}/${file}`, captures), "utf8")),
    }));
}

/** The exports that were recorded as protobuf, as their bytes. */
export function protobufCapturesIn(folder: string): { signal: Signal; bytes: Uint8Array }[] {
  return readdirSync(new URL(folder, captures))
    .filter((file) => file.endsWith(".pb"))
    .sort()
    .map((file) => ({ signal: signalOf(file), bytes: readFileSync(new URL(`${folder}/${file}`, captures)) }));
}

function signalOf(file: string): Signal {
  return /(traces|logs|metrics)/.exec(file)![1] as Signal;
}

export const encodings = ["json", "json gzip", "protobuf", "protobuf gzip"] as const;
export type Encoding = (typeof encodings)[number];

export async function send(
  server: TestServer,
  { signal, request }: Capture,
  encoding: Encoding = "json",
): Promise<Answered> {
  const isProtobuf = encoding.startsWith("protobuf");
  const bytes = isProtobuf ? encode(signal, request) : Buffer.from(JSON.stringify(request));
  return sendBytes(server, signal, bytes, isProtobuf, encoding.endsWith("gzip"));
}

export async function sendBytes(
  server: TestServer,
  signal: Signal,
  bytes: Uint8Array,
  isProtobuf: boolean,
  gzip = false,
): Promise<Answered> {
  const headers = {
    "content-type": isProtobuf ? "application/x-protobuf" : "application/json; charset=utf-8",
    ...(gzip && { "content-encoding": "gzip" }),
  };
  return server.call("POST", `/v1/${signal}`, undefined, { headers, chunks: [gzip ? gzipSync(bytes) : bytes] });
}

/** OTLP's JSON as its protobuf: ids are hex in the one and bytes in the other. */
export function encode(signal: Signal, request: unknown): Uint8Array {
  const withBytes = JSON.parse(JSON.stringify(request), (key, value: unknown) =>
    idKeys.has(key) && typeof value === "string" ? Buffer.from(value, "hex").toString("base64") : value,
  ) as Record<string, unknown>;
  const type = messages.lookupType(requestTypes[signal]);
  return type.encode(type.fromObject(withBytes)).finish();
}

const idKeys: ReadonlySet<string> = new Set(["traceId", "spanId", "parentSpanId"]);

export function decodeAs(type: "ExportResponse" | "Status", bytes: Uint8Array): Record<string, unknown> {
  const message = messages.lookupType(type);
  return message.toObject(message.decode(bytes), { longs: Number });
}

export async function eventsOf(server: TestServer, sessionId: string): Promise<SessionEvent[]> {
  return (await server.call("GET", `/api/sessions/${sessionId}/events?limit=10000`)).body as SessionEvent[];
}

/** The ids of all sessions there are. */
export async function sessionsOf(server: TestServer): Promise<string[]> {
  const { body } = await server.call("GET", "/api/sessions?limit=1000");
  return (body.sessions as { sessionId: string }[]).map(({ sessionId }) => sessionId).sort();
}

/** The sessions as a person reads them: each event with the milliseconds since the first, then what it all adds up to. */
export async function storyText(server: TestServer): Promise<string> {
  const write = createEventText();
  const parts: string[] = [];
  for (const sessionId of await sessionsOf(server)) {
    const events = await eventsOf(server, sessionId);
    const [title, ...lines] = write(events).split("\n");
    const first = Math.min(...events.map(({ timestamp }) => Date.parse(timestamp)));
    const timed = lines.map((line, index) => `${offset(events[index]!, first)} ${line}`);
    const { metadata, state } = (await server.call("GET", `/api/sessions/${sessionId}`)).body;
    const { model, userId, tokenUsage, cost, metrics, usage } = metadata;
    const sums = { model, userId, tokenUsage, cost, metrics, agents: state.agents, usage };
    parts.push([title, ...timed, `=> ${JSON.stringify(sums, undefined, 1).replaceAll(/\n\s*/g, " ")}`].join("\n"));
  }
  return `${parts.join("\n\n")}\n`;
}

function offset({ timestamp }: SessionEvent, first: number): string {
  return `+${Date.parse(timestamp) - first}ms`.padStart(8);
}

type Attributes = Record<string, unknown>;

/** A span in OTLP's JSON; ids are padded, times are milliseconds since an arbitrary start. */
export interface SpanSketch {
  id: string;
  parent?: string;
  trace?: string;
  name?: string;
  at?: readonly [start: number, end: number];
  failed?: string;
  events?: { name: string; attributes: Attributes }[];
  attributes?: Attributes;
}

export interface LogSketch {
  name: string;
  span?: string;
  trace?: string;
  at?: number;
  body?: unknown;
  attributes?: Attributes;
}

const start = 1_795_387_669_000;

export function traceIdOf(trace = "1"): string {
  return trace.padStart(32, "0");
}

export function spanIdOf(id: string): string {
  return id.padStart(16, "0");
}

export function spansOf(spans: readonly SpanSketch[], resource: Attributes = {}): Capture {
  const made = spans.map(
    ({ id, parent, trace, name = id, at: [from, to] = [0, 1], failed, events, attributes = {} }) => ({
      traceId: traceIdOf(trace),
      spanId: spanIdOf(id),
      parentSpanId: parent === undefined ? "" : spanIdOf(parent),
      name,
      startTimeUnixNano: nanos(from),
      endTimeUnixNano: nanos(to),
      status: failed === undefined ? {} : { code: 2, message: failed },
      events: events?.map((event) => ({ ...event, attributes: keyValues(event.attributes) })),
      attributes: keyValues(attributes),
    }),
  );
  const group = {
    resource: { attributes: keyValues(resource) },
    scopeSpans: [{ scope: { name: "test" }, spans: made }],
  };
  return { signal: "traces", request: { resourceSpans: [group] } };
}

export function logsOf(logs: readonly LogSketch[], resource: Attributes = {}): Capture {
  const logRecords = logs.map(({ name, span, trace, at = 0, body, attributes = {} }) => ({
    timeUnixNano: nanos(at),
    eventName: name,
    ...(span !== undefined && { spanId: spanIdOf(span), traceId: traceIdOf(trace) }),
    ...(body !== undefined && { body: anyValue(body) }),
    attributes: keyValues(attributes),
  }));
  const group = { resource: { attributes: keyValues(resource) }, scopeLogs: [{ scope: { name: "test" }, logRecords }] };
  return { signal: "logs", request: { resourceLogs: [group] } };
}

function nanos(milliseconds: number): string {
  return `${start + milliseconds}000000`;
}

function keyValues(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: unknown): object {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  return { kvlistValue: { values: keyValues(value as Attributes) } };
}

/** The records of a session that have one of these types, in order. */
export async function told(server: TestServer, sessionId: string, ...types: string[]): Promise<JsonObject[]> {
  const events = await eventsOf(server, sessionId);
  const named = events.map(({ type, data }) => ({ type, data, own: String(data["type"]) }));
  return named.filter(({ type, own }) => types.includes(type) || types.includes(own)).map(({ data }) => data);
}
