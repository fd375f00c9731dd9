import { Hono } from "hono";
import { getPath } from "hono/utils/url";
import { AppError } from "../core/errors.js";
import type { AppContext, Call, NodeBindings } from "./call.js";
import { registerDashboard } from "./dashboard.js";
import type { ServerDeps } from "./deps.js";
import { notFound } from "./not-found.js";
import { register, serve, type App } from "./pipeline.js";
import { problemResponse } from "./problem.js";
import type { Route } from "./route.js";
import { agentRoutes } from "./routes/agents.js";
import { approvalRoutes } from "./routes/approvals.js";
import { docsRoutes } from "./routes/docs.js";
import { eventRoutes } from "./routes/events.js";
import { exportRoutes } from "./routes/export.js";
import { goalRoutes } from "./routes/goals.js";
import { heartbeatRoutes } from "./routes/heartbeat.js";
import { hookRoutes } from "./routes/hooks.js";
import { ingestRoutes } from "./routes/ingest.js";
import { lifecycleRoutes } from "./routes/lifecycle.js";
import { otlpRoutes } from "./routes/otlp.js";
import { operationRoutes } from "./routes/operations.js";
import { queryRoutes } from "./routes/query.js";
import { reportRoutes } from "./routes/reports.js";
import { recordRoutes } from "./routes/records.js";
import { sessionRoutes } from "./routes/sessions.js";
import { socketRoutes } from "./routes/socket.js";
import { stateRoutes } from "./routes/state.js";
import { transcriptRoutes } from "./routes/transcripts.js";

/** Every route of the API, in the order in which its description shows them. */
export const apiRoutes: readonly Route[] = [
  ...sessionRoutes,
  ...lifecycleRoutes,
  ...heartbeatRoutes,
  ...recordRoutes,
  ...eventRoutes,
  ...exportRoutes,
  ...socketRoutes,
  ...stateRoutes,
  ...goalRoutes,
  ...agentRoutes,
  ...queryRoutes,
  ...reportRoutes(),
  ...approvalRoutes,
  ...hookRoutes,
  ...transcriptRoutes,
  ...ingestRoutes,
  ...otlpRoutes,
  ...operationRoutes,
  ...docsRoutes(() => apiRoutes),
];

/** The HTTP application; WebSocket upgrades are taken by the server that runs it. */
export function createApp(deps: ServerDeps): App {
  const app: App = new Hono<{ Bindings: NodeBindings }>({ getPath: (request) => routedPath(getPath(request)) });
  for (const route of apiRoutes) register(app, route, routedPath(route.path), deps);
  registerDashboard(app, deps);
  app.notFound((context) => serve(context as AppContext, deps, "*", false, notRouted));
  return app;
}

const userPath = "/api/sessions/user/";

/**
 * Where the router finds a path. A user's sessions are beside the sessions' own addresses in the API,
 * which Hono's fast router cannot hold; so they are found elsewhere.
 */
function routedPath(path: string): string {
  return path.startsWith(userPath) ? `/api/users/${path.slice(userPath.length)}` : path;
}

const routePaths = [...new Set(apiRoutes.map(({ path }) => path))];
const paths = routePaths.map((path) => ({
  path,
  pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+").replaceAll(".", "\\.")}$`),
}));

function notRouted(call: Call): Response {
  const { method, path } = call.context.req;
  const known = paths.find(({ pattern }) => pattern.test(path));
  if (!known) return notFound(call, routePaths);
  const methods = apiRoutes.filter((route) => route.path === known.path).map((route) => route.method);
  if (method === "OPTIONS") return preflight(call, methods);
  const refused = new AppError(
    "method_not_allowed",
    `This address takes ${methods.join(", ")}. GET /docs shows every call.`,
  );
  return problemResponse(refused, { Allow: ["OPTIONS", ...methods].join(", ") });
}

/** What a page of an allowed origin may send; without an origin, what the address takes. */
function preflight(call: Call, methods: readonly string[]): Response {
  const allow = { Allow: ["OPTIONS", ...methods].join(", ") };
  if (call.shared === undefined) return new Response(null, { status: 204, headers: allow });
  const headers = {
    ...allow,
    "Access-Control-Allow-Methods": methods.join(", "),
    "Access-Control-Allow-Headers":
      "Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Authorization",
    "Access-Control-Max-Age": "600",
  };
  return new Response(null, { status: 204, headers });
}
