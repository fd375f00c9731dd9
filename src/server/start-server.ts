import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import pino, { type Logger } from "pino";
import { AppError } from "../core/errors.js";
import type { SessionStore } from "../storage/session-store.js";
import { createAgents, type AgentOptions } from "./agents.js";
import { createApp } from "./app.js";
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
  /** Origins whose pages may call the server besides its own. */
  allowOrigins?: string[];
  /** Whether a write to an unknown session creates it; default true. */
  implicitSessions?: boolean;
  /** Default 16 MiB. */
  maxBodyBytes?: number;
  logger?: Logger;
  metrics?: Metrics;
  version: string;
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
    version,
    now,
    closing: () => closing,
  };
  deps.metrics.watch(store, deps.hub);
  const server = createServer({ keepAliveTimeout: 65_000 }, requestListener(deps));
  server.on("upgrade", createUpgradeListener(deps));
  await listen(server, host, port);
  deps.liveness.start();
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  let ended: Promise<void> | undefined;
  return {
    url: `http://${urlHost(host)}:${bound}`,
    port: bound,
    close: () => {
      closing = true;
      deps.approvals.close();
      return (ended ??= Promise.all([shutDown(server, deps.hub), deps.liveness.close()]).then(() => {}));
    },
  };
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

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "EADDRINUSE" ? portInUse(port, error) : error),
    );
    server.listen(port, host, resolve);
  });
}

function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}

async function shutDown(server: Server, hub: Hub): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await requestsAnswered(server, hub, performance.now() + drainMs);
  await hub.close(goodbyeMs);
  server.closeAllConnections();
  await ended;
}

/** Resolves once no connection is left but the live ones, or at the deadline. */
async function requestsAnswered(server: Server, hub: Hub, deadline: number): Promise<void> {
  while (performance.now() < deadline) {
    const open = await new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));
    if (open <= hub.counts().totalConnections) return;
    server.closeIdleConnections();
    await pause(10);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
