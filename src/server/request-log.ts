import type { Logger } from "pino";
import type { AppError } from "../core/errors.js";
import type { Call } from "./call.js";

/** Probed every few seconds by machines; their answers are worth a line only where they are bad. */
const quietPaths = new Set(["/health", "/ready", "/metrics"]);

/** One line a request: no query, no headers, no body. The detail of an unknown error goes here and nowhere else. */
export function logRequest(logger: Logger, call: Call, status: number, seconds: number, failure?: AppError): void {
  const level = levelOf(status, call);
  if (!logger.isLevelEnabled(level)) return;
  const { method, path } = call.context.req;
  const line = { method, path, status, ms: Math.round(seconds * 1e4) / 10 };
  if (failure === undefined) logger[level](line, "request");
  else
    logger[level](
      { ...line, code: failure.code, ...(status >= 500 && { err: failure.cause ?? failure }) },
      failure.message,
    );
}

function levelOf(status: number, call: Call): "error" | "warn" | "info" | "debug" {
  if (status >= 500) return "error";
  if (status >= 400) return "warn";
  return quietPaths.has(call.context.req.path) ? "debug" : "info";
}
