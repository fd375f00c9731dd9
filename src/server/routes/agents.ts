import { randomBytes } from "node:crypto";
import { AppError } from "../../core/errors.js";
import { withoutServerFields, type NewEvent } from "../../core/event.js";
import { encodeId } from "../../core/ids.js";
import type { JsonObject } from "../../core/json.js";
import { agentSchema, completeAgentSchema } from "../../core/requests.js";
import type { Session } from "../../core/session.js";
import { completeAgent, createAgent, type Agent } from "../../core/state.js";
import { sessionNotFound } from "../../storage/store-errors.js";
import type { AppendedEvent } from "../../storage/session-store.js";
import { agentAnswerSchema } from "../answers.js";
import type { Call } from "../call.js";
import { firstWrite } from "../first-answer.js";
import { parseFolded, parseWith } from "../input/parse.js";
import { withIdAs } from "../input/part-id.js";
import { json } from "../reply.js";
import { route, type Route } from "../route.js";

const idempotent = { "Idempotency-Key": "The same key again gives the first answer and stores nothing" };

export const agentRoutes: Route[] = [
  route({
    method: "POST",
    path: "/api/state/{id}/agents",
    group: "state",
    summary: "Say that an agent was spawned",
    headers: idempotent,
    body: { schema: agentSchema, example: { type: "researcher", task: "Read the logs" } },
    responses: { 201: { description: "The agent", schema: agentAnswerSchema } },
    handler: spawnAgent,
  }),
  route({
    method: "POST",
    path: "/api/state/{id}/agents/{agentId}/complete",
    group: "state",
    summary: "Say that an agent is done",
    headers: idempotent,
    body: { schema: completeAgentSchema, optional: true, example: { status: "completed", result: "Found it" } },
    responses: { 200: { description: "The agent", schema: agentAnswerSchema } },
    handler: complete,
  }),
];

async function spawnAgent(call: Call): Promise<Response> {
  const { store, implicitSessions } = call.deps;
  const id = call.sessionId;
  const body = withIdAs("agentId", parseFolded(await call.text()));
  const { timestamp, eventId: given } = parseWith(agentSchema, body);
  const eventId = call.idempotencyKey ?? given;
  const data: JsonObject = { ...withoutServerFields(body), agentId: body["agentId"] ?? encodeId(randomBytes(12)) };
  const decide = (session: Session | undefined): NewEvent[] => {
    if (session?.state.agents.some(({ agentId }) => agentId === data["agentId"]))
      throw agentExists(data["agentId"] as string);
    return [{ type: "agent_spawned", data, eventId, timestamp }];
  };
  const { events } = await store.append(id, decide, { implicit: implicitSessions, eventId });
  const written = events[0]!;
  const stored = written.duplicate
    ? await firstWrite(store, id, written, "agent_spawned")
    : { data, timestamp: written.timestamp };
  return json(201, { success: true, seq: written.seq, ...createAgent(stored.data, stored.timestamp) });
}

async function complete(call: Call): Promise<Response> {
  const { store, implicitSessions } = call.deps;
  const id = call.sessionId;
  const agentId = call.part("agentId");
  const body = parseFolded(await call.text(), { optional: true });
  const { timestamp, eventId: given } = parseWith(completeAgentSchema, body);
  const eventId = call.idempotencyKey ?? given;
  const { id: _id, ...fields } = withoutServerFields(body);
  const data: JsonObject = { ...fields, agentId };
  let before: Agent | undefined;
  const decide = (session: Session | undefined): NewEvent[] => {
    if (!session && !implicitSessions) throw sessionNotFound(id);
    before = session?.state.agents.findLast((agent) => agent.agentId === agentId);
    if (!before) throw agentNotFound(agentId);
    return [{ type: "agent_completed", data, eventId, timestamp }];
  };
  const { events } = await store.append(id, decide, { implicit: implicitSessions, eventId });
  const written = events[0]!;
  const agent = written.duplicate ? await agentAfter(call, written) : completeAgent(before!, data, written.timestamp);
  return json(200, { success: true, seq: written.seq, ...agent });
}

async function agentAfter({ deps, sessionId }: Call, written: AppendedEvent): Promise<Agent | undefined> {
  const { data } = await firstWrite(deps.store, sessionId, written, "agent_completed");
  const { agents } = await deps.store.readStateAt(sessionId, written.seq);
  return agents.findLast(({ agentId }) => agentId === data["agentId"]);
}

function agentExists(agentId: string): AppError {
  return new AppError("agent_exists", `There is an agent '${agentId}' in this session already. Take another agentId.`);
}

function agentNotFound(agentId: string): AppError {
  return new AppError("agent_not_found", `There is no agent '${agentId}' in this session. Spawn it first.`);
}
