/** The environment by which anything with an OpenTelemetry SDK speaks to the server. */
export function otelEnvironment(url: string, sessionId?: string): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
    OTEL_TRACES_EXPORTER: "otlp",
    OTEL_LOGS_EXPORTER: "otlp",
    OTEL_METRICS_EXPORTER: "otlp",
    ...(sessionId === undefined ? {} : { OTEL_RESOURCE_ATTRIBUTES: `session.id=${sessionId}` }),
  };
}

export function asExports(environment: Record<string, string>): string {
  return Object.entries(environment)
    .map(([name, value]) => `export ${name}=${value}\n`)
    .join("");
}
