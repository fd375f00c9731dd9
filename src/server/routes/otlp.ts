import * as z from "zod";
import { AppError, toAppError } from "../../core/errors.js";
import { numberOf } from "../../core/number-of.js";
import type { SessionStore } from "../../storage/session-store.js";
import type { Call } from "../call.js";
import { toText } from "../http/body.js";
import { unpack } from "../ingest/otlp/body.js";
import { mapTelemetry, type SessionTelemetry } from "../ingest/otlp/map.js";
import { decodeRequest, encodeResponse, encodeStatus, signals, type Signal } from "../ingest/otlp/protobuf.js";
import { readRequest } from "../ingest/otlp/signals.js";
import { takeTelemetry } from "../ingest/otlp/take.js";
import { createTraceSessions, type TraceSessions } from "../ingest/otlp/trace-sessions.js";
import { parseJson } from "../input/parse.js";
import { problemHeadersOf } from "../problem.js";
import { json } from "../reply.js";
import { route, type Route } from "../route.js";

const protobufType = "application/x-protobuf";

const summaries: Record<Signal, string> = {
  traces: "Take spans (OTLP/HTTP)",
  logs: "Take log records (OTLP/HTTP)",
  metrics: "Take metrics (OTLP/HTTP)",
};

const rejectedNames: Record<Signal, string> = {
  traces: "rejectedSpans",
  logs: "rejectedLogRecords",
  metrics: "rejectedDataPoints",
};

const answerSchema = z.looseObject({
  partialSuccess: z
    .looseObject({ errorMessage: z.string().optional() })
    .optional()
    .describe("What was not taken, and why"),
});

/** @see https://opentelemetry.io/docs/specs/otlp/#otlphttp */
export const otlpRoutes: Route[] = signals.map((signal) =>
  route({
    method: "POST",
    path: `/v1/${signal}`,
    group: "agents",
    summary: summaries[signal],
    description:
      "An OpenTelemetry export, as `application/json` or `application/x-protobuf`, gzip or not; answered in the same. " +
      "Spans and records of agents become events of their sessions; the same export again stores nothing.",
    headers: { "Content-Encoding": "`gzip` or `deflate`, for a packed body" },
    body: { schema: z.looseObject({}), example: {} },
    responses: { 200: { description: "Taken, and durable", schema: answerSchema } },
    handler: (call) => takeExport(call, signal),
  }),
);

async function takeExport(call: Call, signal: Signal): Promise<Response> {
  const isProtobuf = call.hasType(protobufType) || call.hasType("application/protobuf");
  try {
    if (!isProtobuf && !call.hasType("application/json")) throw notOtlp(signal);
    const { rejected, reason } = await take(call, signal, isProtobuf);
    return isProtobuf
      ? protobuf(200, await encodeResponse(rejected, reason))
      : json(200, answer(signal, rejected, reason));
  } catch (error) {
    if (!isProtobuf) throw error;
    return refusedInProtobuf(toAppError(error));
  }
}

function notOtlp(signal: Signal): AppError {
  const message = `Send OTLP ${signal} as ${protobufType} or application/json (OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf or http/json).`;
  return new AppError("unsupported_media_type", message);
}

interface Taken {
  rejected: number;
  /** Why something was not taken, or how to send it so that it is; "" where there is nothing to say. */
  reason: string;
}

async function take(call: Call, signal: Signal, isProtobuf: boolean): Promise<Taken> {
  const { deps } = call;
  const bytes = await unpack(await call.bytes(), call.header("content-encoding"), deps.maxBodyBytes);
  const request = isProtobuf ? await decodeRequest(signal, bytes) : parseJson(toText(bytes));
  const { records, invalid, strange } = readRequest(signal, request);
  const { sessions, cumulative, leftOut } = mapTelemetry(records, traceSessionsOf(deps.store));
  const refused = await Promise.all(sessions.map((session) => takeSession(call, session)));
  const reasons = [
    ...(strange === "" ? [] : [strange]),
    ...(invalid > 0 ? [`${numberOf(invalid, "span")} without a valid traceId and spanId.`] : []),
    ...(cumulative > 0
      ? ["Sums since the start are not kept: set OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta."]
      : []),
    ...new Set(refused.map(({ reason }) => reason).filter((reason) => reason !== "")),
  ];
  const rejected = invalid + cumulative + refused.reduce((sum, one) => sum + one.rejected, 0);
  for (const [source, count] of leftOut) deps.ingest.leaveOut(source, count);
  if (rejected > 0 || strange !== "") deps.ingest.drop("otel", reasons.join(" "), { signal, rejected });
  return { rejected, reason: reasons.join(" ") };
}

/** A session that may not be written to is refused alone; what may pass fails the whole export, to come again. */
async function takeSession({ deps }: Call, session: SessionTelemetry): Promise<Taken> {
  try {
    await takeTelemetry(deps, session);
    return { rejected: 0, reason: "" };
  } catch (error) {
    const known = toAppError(error);
    if (known.code === "internal" || known.retryable || known.status >= 500) throw error;
    return { rejected: session.records, reason: known.message };
  }
}

const memories = new WeakMap<SessionStore, TraceSessions>();

function traceSessionsOf(store: SessionStore): TraceSessions {
  const known = memories.get(store) ?? createTraceSessions();
  memories.set(store, known);
  return known;
}

function answer(signal: Signal, rejected: number, reason: string): object {
  if (rejected === 0 && reason === "") return {};
  return { partialSuccess: { [rejectedNames[signal]]: String(rejected), errorMessage: reason } };
}

function protobuf(status: number, bytes: Uint8Array, headers: Record<string, string> = {}): Response {
  return new Response(bytes as ConstructorParameters<typeof Response>[0], {
    status,
    headers: { ...headers, "Content-Type": protobufType, "X-Content-Type-Options": "nosniff" },
  });
}

/** gRPC's codes for what an exporter may do about it: nothing, or try again. */
const invalidArgument = 3;
const unavailable = 14;

/** The problem in the words of the exporter's own protocol. What is our fault is for the log as well. */
async function refusedInProtobuf(error: AppError): Promise<Response> {
  if (error.status >= 500 && !error.retryable) throw error;
  const status = await encodeStatus(error.retryable ? unavailable : invalidArgument, error.message);
  return protobuf(error.status, status, problemHeadersOf(error));
}
