import * as z from "zod";
import { heartbeatSchema } from "../../core/requests.js";
import type { Call } from "../call.js";
import { parseFolded, parseWith } from "../input/parse.js";
import { json } from "../reply.js";
import { route, type Route } from "../route.js";

const answer = z.looseObject({
  success: z.literal(true),
  sessionId: z.string(),
  liveness: z.looseObject({ status: z.string(), since: z.string() }),
});

export const heartbeatRoutes: Route[] = [
  route({
    method: "POST",
    path: "/api/sessions/{id}/heartbeat",
    group: "sessions",
    summary: "Say that a session's agent is alive",
    description:
      "To be sent every 30 s or so by an agent that began to. Where it stays away for 100 s, or the process is gone, " +
      "the session's liveness becomes `lost`. Stores an event only where liveness changes.",
    body: { schema: heartbeatSchema, optional: true, example: { pid: 4711, host: "worker-1" } },
    responses: { 200: { description: "Noted", schema: answer } },
    handler: beat,
  }),
];

async function beat(call: Call): Promise<Response> {
  const body = parseWith(heartbeatSchema, parseFolded(await call.text(), { optional: true }));
  const liveness = await call.deps.liveness.beat(call.sessionId, body);
  return json(200, { success: true, sessionId: call.sessionId, liveness });
}
