import { AppError } from "../../core/errors.js";
import type { NewEvent } from "../../core/event.js";
import { statePatchSchema, stateQuerySchema } from "../../core/requests.js";
import type { Session } from "../../core/session.js";
import { sessionNotFound } from "../../storage/store-errors.js";
import { stateAnswerSchema, writtenSchema } from "../answers.js";
import type { Call } from "../call.js";
import { firstWrite } from "../first-answer.js";
import { parseFolded } from "../input/parse.js";
import { checkStatePatch } from "../input/state-patch.js";
import { json } from "../reply.js";
import { route, type Route } from "../route.js";

export const stateRoutes: Route[] = [
  route({
    method: "GET",
    path: "/api/state/{id}",
    group: "state",
    summary: "What a session is doing",
    query: stateQuerySchema,
    headers: { "If-None-Match": "A known version: 304 where it is still the one" },
    responses: {
      200: { description: "The state; `ETag` is its version", schema: stateAnswerSchema },
      304: { description: "Not changed" },
    },
    handler: getState,
  }),
  route({
    method: "PATCH",
    path: "/api/state/{id}",
    group: "state",
    summary: "Patch the state",
    description: "A JSON merge patch (RFC 7396). Goals and agents have calls of their own.",
    headers: {
      "If-Match": "The version that the patch is for: 412 where it has moved",
      "Idempotency-Key": "The same key again gives the first answer and stores nothing",
    },
    body: { schema: statePatchSchema, example: { phase: "execution", currentStep: "compile" } },
    responses: { 200: { description: "Durable, with the new `version`", schema: writtenSchema } },
    handler: patchState,
  }),
];

async function getState(call: Call): Promise<Response> {
  const { store } = call.deps;
  const { at } = call.query(stateQuerySchema);
  const id = call.sessionId;
  const state = at === undefined ? (await store.readSession(id))?.state : await store.readStateAt(id, at);
  if (!state) throw sessionNotFound(id);
  const headers = { ETag: `"${state.version}"`, "Cache-Control": "no-cache" };
  const known = call.header("if-none-match");
  if (known !== undefined && names(known, state.version)) return new Response(null, { status: 304, headers });
  return json(200, state, headers);
}

async function patchState(call: Call): Promise<Response> {
  const { store, implicitSessions } = call.deps;
  const id = call.sessionId;
  const data = checkStatePatch(parseFolded(await call.text()));
  const eventId = call.idempotencyKey;
  const expected = call.header("if-match");
  let version = 0;
  const decide = (session: Session | undefined): NewEvent[] => {
    checkVersion(expected, session);
    version = (session?.state.version ?? 1) + 1;
    return [{ type: "state_updated", data, eventId }];
  };
  const { events } = await store.append(id, decide, { implicit: implicitSessions, eventId });
  const written = events[0]!;
  if (written.duplicate) {
    await firstWrite(store, id, written, "state_updated");
    version = (await store.readStateAt(id, written.seq)).version;
  }
  const answer = { success: true, version, seq: written.seq, eventId: written.eventId };
  return json(200, answer, { ETag: `"${version}"` });
}

function checkVersion(expected: string | undefined, session: Session | undefined): void {
  if (expected === undefined) return;
  const version = session?.state.version;
  if (version !== undefined && names(expected, version)) return;
  const now = version === undefined ? "there is no such session" : `its version is ${version}`;
  throw new AppError(
    "version_conflict",
    `The state is not at the version of If-Match: ${now}. Read it again and patch that.`,
  );
}

/** Whether a list of entity tags holds this version. */
function names(header: string, version: number): boolean {
  return header.split(",").some((tag) => {
    const value = tag.trim().replace(/^W\//, "");
    return value === "*" || value === `"${version}"` || value === String(version);
  });
}
