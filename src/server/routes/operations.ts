import { AppError } from "../../core/errors.js";
import { healthSchema } from "../answers.js";
import type { Call } from "../call.js";
import { diskOf } from "../disk.js";
import { json } from "../reply.js";
import { route, type Route } from "../route.js";

export const operationRoutes: Route[] = [
  route({
    method: "GET",
    path: "/health",
    group: "operations",
    summary: "Whether the server lives",
    responses: { 200: { description: "It does", schema: healthSchema } },
    handler: health,
  }),
  route({
    method: "GET",
    path: "/ready",
    group: "operations",
    summary: "Whether the server takes writes",
    responses: { 200: { description: "It does" }, 503: { description: "Not now; the problem document says why" } },
    handler: ready,
  }),
  route({
    method: "GET",
    path: "/metrics",
    group: "operations",
    summary: "Metrics for Prometheus",
    responses: { 200: { description: "Prometheus text format", type: "text/plain" } },
    handler: async ({ deps }) => {
      const { contentType, text } = await deps.metrics.render();
      return new Response(text, { headers: { "Content-Type": contentType } });
    },
  }),
];

async function health({ deps }: Call): Promise<Response> {
  const { path, writable, reason } = deps.store.status();
  const websocket = deps.hub.counts();
  const { version } = deps;
  const storage = path ?? "memory";
  const disk = await diskOf(path);
  const answer = { status: "ok", version, uptime: process.uptime(), websocket, storage, writable, reason, disk };
  return json(200, answer, { "Cache-Control": "no-store" });
}

function ready({ deps }: Call): Response {
  const { writable, reason } = deps.store.status();
  if (writable) return json(200, { ready: true }, { "Cache-Control": "no-store" });
  throw new AppError("storage_unavailable", `Writes are refused: ${reason ?? "the storage fails"}. Reads go on.`, {
    retryAfter: 2,
  });
}
