import { createHash, randomBytes } from "node:crypto";
import { AppError } from "../../core/errors.js";
import { withoutServerFields } from "../../core/event.js";
import { encodeId, parseSessionId } from "../../core/ids.js";
import type { JsonObject } from "../../core/json.js";
import {
  createQuerySchema,
  createSessionSchema,
  listQuerySchema,
  pageQuerySchema,
  sessionQuerySchema,
  userIdSchema,
} from "../../core/requests.js";
import { pageToJsonArray } from "../../storage/page.js";
import type { SessionStore } from "../../storage/session-store.js";
import { sessionNotFound } from "../../storage/store-errors.js";
import { createdSchema, metadataSchema, sessionAnswerSchema, sessionListSchema } from "../answers.js";
import type { Call } from "../call.js";
import { firstWrite } from "../first-answer.js";
import { parseFolded, parseWith } from "../input/parse.js";
import { cursorLink, json, jsonText } from "../reply.js";
import { route, type Route } from "../route.js";

export const sessionRoutes: Route[] = [
  route({
    method: "POST",
    path: "/api/sessions",
    group: "sessions",
    summary: "Create a session",
    description: "An existing id is a 409 and nothing changes; with `?ifExists=resume` it is answered instead.",
    query: createQuerySchema,
    headers: { "Idempotency-Key": "The same key again gives the first answer, also where the server made the id" },
    body: {
      schema: createSessionSchema,
      optional: true,
      example: { sessionId: "demo", userId: "ann", initial: { source: "cli" } },
    },
    responses: {
      201: { description: "Created", schema: createdSchema },
      200: { description: "Resumed", schema: createdSchema },
    },
    handler: createSession,
  }),
  route({
    method: "GET",
    path: "/api/sessions",
    group: "sessions",
    summary: "List sessions, newest activity first",
    query: listQuerySchema,
    responses: { 200: { description: "A page of metadata", schema: sessionListSchema } },
    handler: listSessions,
  }),
  route({
    method: "GET",
    path: "/api/sessions/user/{userId}",
    group: "sessions",
    summary: "A user's sessions, newest activity first",
    query: pageQuerySchema,
    responses: { 200: { description: "Metadata; a `Link` header leads on", schema: metadataSchema.array() } },
    handler: listOfUser,
  }),
  route({
    method: "GET",
    path: "/api/sessions/{id}",
    group: "sessions",
    summary: "A session with its newest actions and responses",
    query: sessionQuerySchema,
    responses: { 200: { description: "The session", schema: sessionAnswerSchema } },
    handler: getSession,
  }),
  route({
    method: "DELETE",
    path: "/api/sessions/{id}",
    group: "sessions",
    summary: "Delete a session and its log",
    responses: { 200: { description: "Deleted" } },
    handler: deleteSession,
  }),
];

async function createSession(call: Call): Promise<Response> {
  const { store } = call.deps;
  const { ifExists } = call.query(createQuerySchema);
  const { sessionId: given, timestamp, ...input } = parseCreate(await call.text());
  const eventId = call.idempotencyKey ?? input.eventId;
  const sessionId = given ?? madeId(eventId);
  const data = withoutServerFields(input as JsonObject);
  let exists = false;
  const appended = await store
    .append(
      sessionId,
      (session) => {
        if (session) throw sessionExists(sessionId);
        return [{ type: "session_created", data, eventId, timestamp }];
      },
      { eventId },
    )
    .catch((error: unknown) => {
      exists = ifExists === "resume" && error instanceof AppError && error.code === "session_exists";
      if (!exists) throw error;
    });
  const place = { success: true, sessionId, path: folderOf(store, sessionId) };
  if (!appended) return json(200, { ...place, seq: await store.head(sessionId), resumed: true });
  const [first] = appended.events;
  if (first!.duplicate) await firstWrite(store, sessionId, first!, "session_created");
  return json(201, { ...place, seq: first!.seq }, { Location: `/api/sessions/${sessionId}` });
}

function parseCreate(text: string) {
  const { seq: _seq, receivedAt: _receivedAt, ...body } = parseFolded(text, { optional: true });
  if (typeof body["sessionId"] === "string") parseSessionId(body["sessionId"]);
  return parseWith(createSessionSchema, body);
}

/** From the key where there is one, so that a retry comes to the same session. */
function madeId(key: string | undefined): string {
  return encodeId(key === undefined ? randomBytes(20) : createHash("sha256").update(key).digest().subarray(0, 20));
}

function sessionExists(sessionId: string): AppError {
  return new AppError(
    "session_exists",
    `There is a session '${sessionId}' already, and nothing was changed. Take another id, or go on in it with ?ifExists=resume.`,
  );
}

function folderOf(store: SessionStore, sessionId: string): string | null {
  const { path } = store.status();
  return path === null ? null : `${path}/sessions/${sessionId}`;
}

async function getSession(call: Call): Promise<Response> {
  const { store } = call.deps;
  const { limit } = call.query(sessionQuerySchema);
  const id = call.sessionId;
  const session = await store.readSession(id);
  if (!session) throw sessionNotFound(id);
  const before = session.metadata.eventCount + 1;
  const [actions, responses] = await Promise.all([
    store.readPage(id, { of: "actions", before, limit }),
    store.readPage(id, { of: "responses", before, limit }),
  ]);
  const { metadata, initial, state, final } = session;
  const head = JSON.stringify({ metadata, initial, state }).slice(0, -1);
  const tail = `,"final":${JSON.stringify(final)},"hasMore":${actions.more || responses.more}}`;
  const parts = [`${head},"actions":`, pageToJsonArray(actions), ',"responses":', pageToJsonArray(responses), tail];
  return jsonText(200, Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part))));
}

async function listSessions(call: Call): Promise<Response> {
  const { user, ...query } = call.query(listQuerySchema);
  const page = await call.deps.store.listSessions({ ...query, userId: user });
  return json(200, page, cursorLink(call.url, page.next));
}

async function listOfUser(call: Call): Promise<Response> {
  const userId = parseWith(userIdSchema, call.part("userId"), "userId");
  const { sessions, next } = await call.deps.store.listSessions({ ...call.query(pageQuerySchema), userId });
  return json(200, sessions, cursorLink(call.url, next));
}

async function deleteSession(call: Call): Promise<Response> {
  const { store, hub } = call.deps;
  const id = call.sessionId;
  const session = await store.readSession(id);
  if (session) hub.rememberOwner(id, session.metadata.userId);
  if (!(await store.delete(id))) throw sessionNotFound(id);
  return json(200, { success: true, sessionId: id });
}
