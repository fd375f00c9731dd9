import { AppError } from "../../core/errors.js";
import { withoutServerFields, type NewEvent } from "../../core/event.js";
import type { JsonObject } from "../../core/json.js";
import { finalStatus } from "../../core/metadata.js";
import { finalizeSchema, metadataPatchSchema, reopenSchema } from "../../core/requests.js";
import type { Session } from "../../core/session.js";
import { sessionNotFound } from "../../storage/store-errors.js";
import { writtenSchema } from "../answers.js";
import type { Call } from "../call.js";
import { firstWrite } from "../first-answer.js";
import { checkMetadataPatch } from "../input/metadata-patch.js";
import { parseFolded, parseWith } from "../input/parse.js";
import { json } from "../reply.js";
import { route, type Route } from "../route.js";

const idempotent = { "Idempotency-Key": "The same key again gives the first answer and stores nothing" };

export const lifecycleRoutes: Route[] = [
  route({
    method: "PATCH",
    path: "/api/sessions/{id}/metadata",
    group: "sessions",
    summary: "Patch a session's metadata",
    description: 'Keys may be dotted; objects merge, `null` clears, `"+N"` adds N to a number.',
    headers: idempotent,
    body: { schema: metadataPatchSchema, example: { "tokenUsage.input": "+1200", tags: ["nightly"] } },
    responses: { 200: { description: "Durable", schema: writtenSchema } },
    handler: patchMetadata,
  }),
  route({
    method: "POST",
    path: "/api/sessions/{id}/finalize",
    group: "sessions",
    summary: "End a session",
    description: "A second finalize is a 409. Events that come late are still taken.",
    headers: idempotent,
    body: { schema: finalizeSchema, optional: true, example: { status: "success", outcome: { tests: "green" } } },
    responses: { 200: { description: "Ended; `final` is what final.json holds", schema: writtenSchema } },
    handler: finalize,
  }),
  route({
    method: "POST",
    path: "/api/sessions/{id}/reopen",
    group: "sessions",
    summary: "Go on in a session that was ended",
    headers: idempotent,
    body: { schema: reopenSchema, optional: true },
    responses: { 200: { description: "Active again", schema: writtenSchema } },
    handler: reopen,
  }),
];

async function patchMetadata(call: Call): Promise<Response> {
  const { store, implicitSessions } = call.deps;
  const { seq: _seq, receivedAt: _receivedAt, sessionId: _sessionId, ...data } = parseFolded(await call.text());
  checkMetadataPatch(data);
  const event: NewEvent = { type: "metadata_updated", data, eventId: call.idempotencyKey };
  const { events } = await store.append(call.sessionId, [event], { implicit: implicitSessions });
  const [written] = events;
  if (written!.duplicate) await firstWrite(store, call.sessionId, written!, "metadata_updated");
  return json(200, { success: true, seq: written!.seq, eventId: written!.eventId });
}

async function finalize(call: Call): Promise<Response> {
  const { store, implicitSessions } = call.deps;
  const id = call.sessionId;
  const { timestamp, eventId: given, ...input } = parseWith(finalizeSchema, withoutPlace(await call.text()));
  const eventId = call.idempotencyKey ?? given;
  const data = withoutServerFields(input);
  const refuseTwice = (session: Session | undefined): NewEvent[] => {
    if (session?.final) throw alreadyFinalized(id);
    return [{ type: "session_finalized", data, eventId, timestamp }];
  };
  const { events } = await store.append(id, refuseTwice, { implicit: implicitSessions, eventId });
  const written = events[0]!;
  const stored = written.duplicate
    ? await firstWrite(store, id, written, "session_finalized")
    : { data, timestamp: written.timestamp };
  const status = finalStatus(stored.data["status"]);
  const final = { ...stored.data, status, finalized: stored.timestamp };
  return json(200, { success: true, sessionId: id, status, seq: written.seq, eventId: written.eventId, final });
}

/** An open field such as `seq` is the server's alone and no misspelling. */
function withoutPlace(text: string): JsonObject {
  const { seq: _seq, receivedAt: _receivedAt, sessionId: _sessionId, ...body } = parseFolded(text, { optional: true });
  return body;
}

function alreadyFinalized(sessionId: string): AppError {
  return new AppError(
    "already_finalized",
    `The session '${sessionId}' is finalized already. To go on in it, POST /api/sessions/${sessionId}/reopen first.`,
  );
}

async function reopen(call: Call): Promise<Response> {
  const { store } = call.deps;
  const id = call.sessionId;
  const { timestamp, eventId: given } = parseWith(reopenSchema, withoutPlace(await call.text()));
  const eventId = call.idempotencyKey ?? given;
  const refuseActive = (session: Session | undefined): NewEvent[] => {
    if (!session) throw sessionNotFound(id);
    if (session.metadata.status === "active") throw notFinalized(id);
    return [{ type: "metadata_updated", data: { status: "active" }, eventId, timestamp }];
  };
  const { events } = await store.append(id, refuseActive, { eventId });
  const written = events[0]!;
  if (written.duplicate) await firstWrite(store, id, written, "metadata_updated");
  return json(200, { success: true, sessionId: id, status: "active", seq: written.seq, eventId: written.eventId });
}

function notFinalized(sessionId: string): AppError {
  return new AppError(
    "not_finalized",
    `The session '${sessionId}' is active. There is nothing to reopen; just go on in it.`,
  );
}
