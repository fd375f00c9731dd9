/**
 * The messages of OTLP 1.x that a receiver reads and writes, as protobufjs takes them. Fields that
 * nothing here reads are left out: a decoder passes over what it does not know.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto
 */
type Field = { type: string; id: number; rule?: "repeated"; options?: { packed: boolean } };
type Message = { fields: Record<string, Field>; oneofs?: Record<string, { oneof: string[] }> };

const one = (type: string, id: number): Field => ({ type, id });
const many = (type: string, id: number): Field => ({ type, id, rule: "repeated" });
const message = (fields: Record<string, Field>): Message => ({ fields });

const value: Message = {
  oneofs: {
    value: {
      oneof: ["stringValue", "boolValue", "intValue", "doubleValue", "arrayValue", "kvlistValue", "bytesValue"],
    },
  },
  fields: {
    stringValue: one("string", 1),
    boolValue: one("bool", 2),
    intValue: one("int64", 3),
    doubleValue: one("double", 4),
    arrayValue: one("ArrayValue", 5),
    kvlistValue: one("KeyValueList", 6),
    bytesValue: one("bytes", 7),
  },
};

const common = {
  AnyValue: value,
  ArrayValue: message({ values: many("AnyValue", 1) }),
  KeyValueList: message({ values: many("KeyValue", 1) }),
  KeyValue: message({ key: one("string", 1), value: one("AnyValue", 2) }),
  InstrumentationScope: message({
    name: one("string", 1),
    version: one("string", 2),
    attributes: many("KeyValue", 3),
  }),
  Resource: message({ attributes: many("KeyValue", 1) }),
};

const traces = {
  TracesRequest: message({ resourceSpans: many("ResourceSpans", 1) }),
  ResourceSpans: message({ resource: one("Resource", 1), scopeSpans: many("ScopeSpans", 2) }),
  ScopeSpans: message({ scope: one("InstrumentationScope", 1), spans: many("Span", 2) }),
  Span: message({
    traceId: one("bytes", 1),
    spanId: one("bytes", 2),
    parentSpanId: one("bytes", 4),
    name: one("string", 5),
    kind: one("int32", 6),
    startTimeUnixNano: one("fixed64", 7),
    endTimeUnixNano: one("fixed64", 8),
    attributes: many("KeyValue", 9),
    events: many("SpanEvent", 11),
    status: one("SpanStatus", 15),
  }),
  SpanEvent: message({ timeUnixNano: one("fixed64", 1), name: one("string", 2), attributes: many("KeyValue", 3) }),
  SpanStatus: message({ message: one("string", 2), code: one("int32", 3) }),
};

const logs = {
  LogsRequest: message({ resourceLogs: many("ResourceLogs", 1) }),
  ResourceLogs: message({ resource: one("Resource", 1), scopeLogs: many("ScopeLogs", 2) }),
  ScopeLogs: message({ scope: one("InstrumentationScope", 1), logRecords: many("LogRecord", 2) }),
  LogRecord: message({
    timeUnixNano: one("fixed64", 1),
    severityNumber: one("int32", 2),
    severityText: one("string", 3),
    body: one("AnyValue", 5),
    attributes: many("KeyValue", 6),
    traceId: one("bytes", 9),
    spanId: one("bytes", 10),
    observedTimeUnixNano: one("fixed64", 11),
    eventName: one("string", 12),
  }),
};

const metrics = {
  MetricsRequest: message({ resourceMetrics: many("ResourceMetrics", 1) }),
  ResourceMetrics: message({ resource: one("Resource", 1), scopeMetrics: many("ScopeMetrics", 2) }),
  ScopeMetrics: message({ scope: one("InstrumentationScope", 1), metrics: many("Metric", 2) }),
  Metric: message({ name: one("string", 1), unit: one("string", 3), sum: one("Sum", 7) }),
  Sum: message({
    dataPoints: many("NumberDataPoint", 1),
    aggregationTemporality: one("int32", 2),
    isMonotonic: one("bool", 3),
  }),
  NumberDataPoint: message({
    startTimeUnixNano: one("fixed64", 2),
    timeUnixNano: one("fixed64", 3),
    asDouble: one("double", 4),
    asInt: one("sfixed64", 6),
    attributes: many("KeyValue", 7),
  }),
};

const answers = {
  ExportResponse: message({ partialSuccess: one("PartialSuccess", 1) }),
  PartialSuccess: message({ rejected: one("int64", 1), errorMessage: one("string", 2) }),
  /** google.rpc.Status, what a refused request is answered with. */
  Status: message({ code: one("int32", 1), message: one("string", 2) }),
};

export const otlpDescriptor = { nested: { ...common, ...traces, ...logs, ...metrics, ...answers } };
