/** The environment by which anything with an OpenTelemetry SDK speaks to the server. */
export function otelEnvironment(url: string, sessionId?: string): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
    OTEL_TRACES_EXPORTER: "otlp",
    OTEL_LOGS_EXPORTER: "otlp",
    OTEL_METRICS_EXPORTER: "otlp",
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "delta",
    ...(sessionId === undefined ? {} : { OTEL_RESOURCE_ATTRIBUTES: `session.id=${sessionId}` }),
  };
}

/** Lines for a shell; `unnamed`: with one more, as a comment, that shows how the session is named. */
export function asExports(environment: Record<string, string>, unnamed: boolean): string {
  const lines = Object.entries(environment).map(([name, value]) => `export ${name}=${value}`);
  return [...lines, ...(unnamed ? [naming] : []), ""].join("\n");
}

const naming = "# export OTEL_RESOURCE_ATTRIBUTES=session.id=my-session   # the session that everything belongs to";
