import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Hono } from "hono";
import { AppError, toAppError } from "../core/errors.js";
import { Call, type AppContext, type NodeBindings } from "./call.js";
import type { ServerDeps } from "./deps.js";
import { logRequest } from "./request-log.js";
import { problemResponse } from "./problem.js";
import type { Route } from "./route.js";

export type App = Hono<{ Bindings: NodeBindings }>;

/** Puts a route on the app behind the gate, at `path`; its errors become problem documents. */
export function register(app: App, route: Route, path: string, deps: ServerDeps): void {
  const hasSession = route.path.includes("{id}");
  app.on(route.method, path.replaceAll(/\{(\w+)\}/g, ":$1"), (context) =>
    serve(context, deps, route.path, hasSession, route.handler),
  );
}

/** Runs one request: gate, handler, problem document, metrics, log. Never throws. */
export async function serve(
  context: AppContext,
  deps: ServerDeps,
  route: string,
  hasSession: boolean,
  handler: Route["handler"],
): Promise<Response> {
  const started = performance.now();
  const call = new Call(context, deps);
  let response: Response;
  let failure: AppError | undefined;
  try {
    call.shared = admit(call, route, hasSession);
    response = await handler(call);
  } catch (error) {
    failure = toAppError(error);
    response = problemResponse(failure, closing(deps));
  }
  if (call.shared !== undefined && response !== RESPONSE_ALREADY_SENT) share(call, response);
  const seconds = (performance.now() - started) / 1000;
  deps.metrics.request(call.context.req.method, route, response.status, seconds);
  logRequest(deps.logger, call, response.status, seconds, failure);
  return response;
}

function admit(call: Call, route: string, hasSession: boolean): string | undefined {
  const { gate, closing } = call.deps;
  const sessionId = hasSession ? call.sessionId : undefined;
  const shared = gate.admit({ method: call.context.req.method, route, sessionId, header: (name) => call.header(name) });
  if (closing())
    throw new AppError("shutting_down", "The server is shutting down. Try again in a moment.", { retryAfter: 1 });
  return shared;
}

function closing({ closing }: ServerDeps): Record<string, string> {
  return closing() ? { Connection: "close" } : {};
}

function share(call: Call, { headers }: Response): void {
  for (const [name, value] of Object.entries(call.sharedHeaders())) headers.set(name, value);
}
