import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { AppError, toAppError } from "../core/errors.js";
import { parseSessionId } from "../core/ids.js";
import { socketQuerySchema } from "../core/requests.js";
import type { ServerDeps } from "./deps.js";
import type { Entry } from "./gate.js";
import { invalidInput, parseWith } from "./input/parse.js";
import { problemDocument, problemHeadersOf } from "./problem.js";
import { socketPath } from "./routes/socket.js";

const maxMessageBytes = 64 * 1024;

export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Takes WebSocket upgrades, through the same gate as every request. */
export function createUpgradeListener(deps: ServerDeps): UpgradeListener {
  const webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
    clientTracking: false,
  });
  return (request, socket, head) => {
    const drop = () => socket.destroy();
    socket.on("error", drop);
    try {
      const start = admit(request, deps);
      webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        deps.logger.debug({ sessionId: start.session, userId: start.user }, "socket opened");
        deps.hub.openSocket(webSocket, socket, start);
      });
    } catch (error) {
      refuse(socket, toAppError(error), deps);
    }
  };
}

function admit(request: IncomingMessage, { gate, closing }: ServerDeps) {
  const url = new URL(request.url ?? "/", "http://localhost");
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === "string" ? value : value?.[0];
  };
  const given = url.searchParams.get("session");
  const entry: Entry = {
    method: "GET",
    route: url.pathname === socketPath ? socketPath : "*",
    sessionId: given ?? undefined,
    header,
  };
  gate.admit(entry);
  if (closing())
    throw new AppError("shutting_down", "The server is shutting down. Connect again in a moment.", { retryAfter: 1 });
  if (entry.route !== socketPath)
    throw new AppError("not_found", `There is no WebSocket at this address. It is ${socketPath}.`);
  if (given !== null) parseSessionId(given);
  const start = parseWith(socketQuerySchema, Object.fromEntries(url.searchParams));
  if (start.session === undefined && start.after !== undefined) {
    throw invalidInput([{ path: "after", message: "needs `session`; of all sessions, go on from a `cursor`" }]);
  }
  return { ...start, authorize: (sessionId: string) => gate.authorize({ ...entry, sessionId }) };
}

function refuse(socket: Duplex, error: AppError, { logger }: ServerDeps): void {
  if (error.status >= 500) logger.error({ err: error.cause ?? error }, "socket refused");
  else logger.warn({ code: error.code, status: error.status }, `socket refused: ${error.message}`);
  const body = JSON.stringify(problemDocument(error));
  const headers = {
    ...problemHeadersOf(error),
    Connection: "close",
    "Content-Length": String(Buffer.byteLength(body)),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${error.status} ${error.title}\r\n${lines.join("")}\r\n${body}`);
}
