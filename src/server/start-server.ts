import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import pino, { type Logger } from "pino";
import { AppError, toAppError } from "../core/errors.js";
import type { SessionStore } from "../storage/session-store.js";
import { createAgents, type AgentOptions } from "./agents.js";
import { createApp } from "./app.js";
import { builtDashboard } from "./dashboard.js";
import type { ServerDeps } from "./deps.js";
import { createGate, type Authorize } from "./gate.js";
import { Hub } from "./hub/hub.js";
import type { SetTimer } from "./hub/pacer.js";
import { createMetrics, type Metrics } from "./metrics.js";
import { portInUse } from "./port-holder.js";
import { problemResponse } from "./problem.js";
import { createUpgradeListener } from "./upgrade.js";

export interface ServerOptions {
  store: SessionStore;
  /** The address to listen on, and 0 for any free port. */
  host: string;
  port: number;
  /** The same server listens there too, where browsers look for a dashboard. */
  dashboardPort?: number;
  /** Origins whose pages may call the server besides its own. */
  allowOrigins?: string[];
  /** Whether a write to an unknown session creates it; default true. */
  implicitSessions?: boolean;
  /** Default 16 MiB. */
  maxBodyBytes?: number;
  logger?: Logger;
  metrics?: Metrics;
  version: string;
  /** Default: where the build puts it. */
  dashboardFolder?: string;
  now?: () => number;
  authorize?: Authorize;
  /** Of live connections: the interval between probes, the timers, the bytes held for lagging readers. */
  live?: { heartbeatMs?: number; setTimer?: SetTimer; budgetBytes?: number };
  /** Of agents that report: the processes that can be watched, the timers, the times. */
  agents?: AgentOptions;
}

export interface RunningServer {
  url: string;
  port: number;
  /** The second address: null where none was asked for, and why it could not be had where it is taken. */
  dashboard: { url: string } | { refused: AppError } | null;
  /** Stops accepting, answers what is in flight, ends the live connections; within 5 s. Leaves the store open. */
  close(): Promise<void>;
}

/** How long requests in flight, and then live connections, have to end by themselves. */
const drainMs = 3000;
const goodbyeMs = 1000;

/** Listens. @throws AppError `port_in_use` */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { store, host, port, version, now = Date.now, logger = pino({ enabled: false }) } = options;
  let closing = false;
  const agents = createAgents({ store, now, logger, ...options.agents });
  const deps: ServerDeps = {
    ...agents,
    store,
    hub: new Hub({ store, logger, now, ...options.live }),
    gate: createGate({ host, allowOrigins: options.allowOrigins, authorize: options.authorize }),
    metrics: options.metrics ?? createMetrics({ process: false }),
    logger,
    implicitSessions: options.implicitSessions ?? true,
    maxBodyBytes: options.maxBodyBytes ?? 16 * 1024 * 1024,
    dashboardFolder: options.dashboardFolder ?? builtDashboard(),
    version,
    now,
    closing: () => closing,
  };
  deps.metrics.watch(store, deps.hub);
  const listener = requestListener(deps);
  const upgrade = createUpgradeListener(deps);
  const create = () => createServer({ keepAliveTimeout: 65_000 }, listener).on("upgrade", upgrade);
  const server = create();
  await listen(server, host, port);
  const second = await listenToo(create(), options);
  deps.liveness.start();
  const servers = "server" in second ? [server, second.server] : [server];
  let ended: Promise<void> | undefined;
  return {
    url: urlOf(server, host),
    port: portOf(server),
    dashboard: "server" in second ? { url: urlOf(second.server, host) } : second.none,
    close: () => {
      closing = true;
      deps.approvals.close();
      return (ended ??= Promise.all([shutDown(servers, deps.hub), deps.liveness.close()]).then(() => {}));
    },
  };
}

/** The second address is a convenience: where it cannot be had, the server goes on without. */
async function listenToo(
  server: Server,
  { host, port, dashboardPort }: ServerOptions,
): Promise<{ server: Server } | { none: { refused: AppError } | null }> {
  if (dashboardPort === undefined || (dashboardPort === port && port !== 0)) return { none: null };
  try {
    await listen(server, host, dashboardPort, "--dashboard-port");
    return { server };
  } catch (error) {
    return { none: { refused: toAppError(error) } };
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function urlOf(server: Server, host: string): string {
  return `http://${urlHost(host)}:${portOf(server)}`;
}

function requestListener(deps: ServerDeps): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  const app = createApp(deps);
  const badRequest = () =>
    problemResponse(new AppError("invalid_input", "The request's address or Host header is malformed."));
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: true, errorHandler: badRequest });
  return (incoming, outgoing) => {
    incoming.url = keepDots(incoming.url ?? "/");
    void listener(incoming, outgoing);
  };
}

const dotSegment = /\/(?:\.|%2e){1,2}(?=\/|$)/gi;

/** Makes what a URL parser would shorten the path by a part that no id can be, so that it is refused as that. */
function keepDots(url: string): string {
  if (!url.includes("/.") && !url.includes("/%2")) return url;
  const [path = "", ...query] = url.split("?");
  return [path.replaceAll(dotSegment, "/%25"), ...query].join("?");
}

function listen(server: Server, host: string, port: number, flag?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "EADDRINUSE" ? portInUse(port, error, flag) : error),
    );
    server.listen(port, host, resolve);
  });
}

function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}

async function shutDown(servers: readonly Server[], hub: Hub): Promise<void> {
  const ended = Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  for (const server of servers) server.closeIdleConnections();
  await requestsAnswered(servers, hub, performance.now() + drainMs);
  await hub.close(goodbyeMs);
  for (const server of servers) server.closeAllConnections();
  await ended;
}

/** Resolves once no connection is left but the live ones, or at the deadline. */
async function requestsAnswered(servers: readonly Server[], hub: Hub, deadline: number): Promise<void> {
  while (performance.now() < deadline) {
    const open = (await Promise.all(servers.map(connectionsOf))).reduce((sum, count) => sum + count, 0);
    if (open <= hub.counts().totalConnections) return;
    for (const server of servers) server.closeIdleConnections();
    await pause(10);
  }
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
