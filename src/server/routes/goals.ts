import { randomBytes } from "node:crypto";
import { AppError } from "../../core/errors.js";
import { withoutServerFields, type NewEvent } from "../../core/event.js";
import { encodeId } from "../../core/ids.js";
import type { JsonObject } from "../../core/json.js";
import { goalPatchSchema, goalSchema } from "../../core/requests.js";
import type { Session } from "../../core/session.js";
import { createGoal, updateGoal, type Goal } from "../../core/state.js";
import type { AppendedEvent } from "../../storage/session-store.js";
import { sessionNotFound } from "../../storage/store-errors.js";
import { goalAnswerSchema } from "../answers.js";
import type { Call } from "../call.js";
import { firstWrite } from "../first-answer.js";
import { parseFolded, parseWith } from "../input/parse.js";
import { withIdAs } from "../input/part-id.js";
import { json } from "../reply.js";
import { route, type Route } from "../route.js";

const idempotent = { "Idempotency-Key": "The same key again gives the first answer and stores nothing" };

export const goalRoutes: Route[] = [
  route({
    method: "POST",
    path: "/api/state/{id}/goals",
    group: "state",
    summary: "Add a goal",
    headers: idempotent,
    body: { schema: goalSchema, example: { description: "All tests green", priority: "high" } },
    responses: { 201: { description: "The goal", schema: goalAnswerSchema } },
    handler: addGoal,
  }),
  route({
    method: "PATCH",
    path: "/api/state/{id}/goals/{goalId}",
    group: "state",
    summary: "Update a goal",
    headers: idempotent,
    body: { schema: goalPatchSchema, example: { status: "completed" } },
    responses: { 200: { description: "The goal", schema: goalAnswerSchema } },
    handler: patchGoal,
  }),
];

async function addGoal(call: Call): Promise<Response> {
  const { store, implicitSessions } = call.deps;
  const id = call.sessionId;
  const body = withIdAs("goalId", parseFolded(await call.text()));
  const { timestamp, eventId: given } = parseWith(goalSchema, body);
  const eventId = call.idempotencyKey ?? given;
  const data: JsonObject = { ...withoutServerFields(body), goalId: body["goalId"] ?? encodeId(randomBytes(12)) };
  const decide = (session: Session | undefined): NewEvent[] => {
    if (session?.state.goals.some(({ goalId }) => goalId === data["goalId"]))
      throw goalExists(data["goalId"] as string);
    return [{ type: "goal_added", data, eventId, timestamp }];
  };
  const { events } = await store.append(id, decide, { implicit: implicitSessions, eventId });
  const written = events[0]!;
  const stored = written.duplicate
    ? await firstWrite(store, id, written, "goal_added")
    : { data, timestamp: written.timestamp };
  return json(201, { success: true, seq: written.seq, ...createGoal(stored.data, stored.timestamp) });
}

async function patchGoal(call: Call): Promise<Response> {
  const { store, implicitSessions } = call.deps;
  const id = call.sessionId;
  const goalId = call.part("goalId");
  const body = parseFolded(await call.text());
  const { timestamp, eventId: given } = parseWith(goalPatchSchema, body);
  const eventId = call.idempotencyKey ?? given;
  const { id: _id, ...patch } = withoutServerFields(body);
  const data: JsonObject = { ...patch, goalId };
  let before: Goal | undefined;
  const decide = (session: Session | undefined): NewEvent[] => {
    if (!session && !implicitSessions) throw sessionNotFound(id);
    before = session?.state.goals.findLast((goal) => goal.goalId === goalId);
    if (!before) throw goalNotFound(goalId);
    return [{ type: "goal_updated", data, eventId, timestamp }];
  };
  const { events } = await store.append(id, decide, { implicit: implicitSessions, eventId });
  const written = events[0]!;
  const goal = written.duplicate ? await goalAfter(call, written) : updateGoal(before!, data, written.timestamp);
  return json(200, { success: true, seq: written.seq, ...goal });
}

async function goalAfter({ deps, sessionId }: Call, written: AppendedEvent): Promise<Goal | undefined> {
  const { data } = await firstWrite(deps.store, sessionId, written, "goal_updated");
  const { goals } = await deps.store.readStateAt(sessionId, written.seq);
  return goals.findLast(({ goalId }) => goalId === data["goalId"]);
}

function goalExists(goalId: string): AppError {
  return new AppError(
    "goal_exists",
    `There is a goal '${goalId}' in this session already. Update it, or take another goalId.`,
  );
}

function goalNotFound(goalId: string): AppError {
  return new AppError("goal_not_found", `There is no goal '${goalId}' in this session. Add it first.`);
}
