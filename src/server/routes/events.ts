import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { AppError } from "../../core/errors.js";
import type { NewEvent } from "../../core/event.js";
import { newEventSchema } from "../../core/schemas.js";
import { eventsQuerySchema, feedQuerySchema } from "../../core/requests.js";
import type { Appended, SessionStore } from "../../storage/session-store.js";
import { sessionNotFound } from "../../storage/store-errors.js";
import { eventAnswerSchema, writtenAnswerSchema } from "../answers.js";
import type { Call } from "../call.js";
import type { EventStream } from "../hub/hub.js";
import { whenPriced } from "../ingest/cost.js";
import { parseEvents } from "../input/events.js";
import { ndjsonType, pageReply } from "../reply.js";
import { route, type Route } from "../route.js";
import { resumeSeq, streamLog } from "./event-stream.js";
import { writtenBatch, writtenOne } from "./records.js";

const sseType = "text/event-stream";
const resume = { "Last-Event-ID": "Resumes an event stream behind this id" };

export const eventRoutes: Route[] = [
  route({
    method: "GET",
    path: "/api/sessions/{id}/events",
    group: "events",
    summary: "A session's log, in order of seq",
    description:
      "JSON: a page, the newest unless `after` is given. `Accept: application/x-ndjson`: the whole log as a stream. " +
      "`Accept: text/event-stream`: everything past `after` (else from the start), and then live; `id` is the seq.",
    query: eventsQuerySchema,
    headers: { Accept: "`application/json`, `application/x-ndjson` or `text/event-stream`", ...resume },
    responses: { 200: { description: "Events", schema: eventAnswerSchema.array() } },
    handler: readEvents,
  }),
  route({
    method: "POST",
    path: "/api/sessions/{id}/events",
    group: "events",
    summary: "Append events of any type",
    description:
      "One event, a JSON array, or NDJSON (`Content-Type: application/x-ndjson`): all or nothing, one acknowledgement.",
    headers: { "Idempotency-Key": "The same key again gives the first answer; in a batch each event gets `key:index`" },
    body: {
      schema: newEventSchema,
      batch: true,
      example: { type: "action", eventId: "a-1", data: { type: "tool_call" } },
    },
    responses: { 201: { description: "Durable", schema: writtenAnswerSchema } },
    handler: appendEvents,
  }),
  route({
    method: "GET",
    path: "/api/events",
    group: "events",
    summary: "All sessions, live, as an event stream",
    description: "Server-sent events; `id` is the cursor to resume from.",
    query: feedQuerySchema,
    headers: resume,
    responses: { 200: { description: "Events", schema: eventAnswerSchema, type: sseType } },
    handler: streamFeed,
  }),
];

async function readEvents(call: Call): Promise<Response> {
  const { store } = call.deps;
  const { limit, ...range } = call.query(eventsQuerySchema);
  if (call.accepts(sseType)) return streamSession(call, range);
  if (call.accepts(ndjsonType)) {
    if ((await store.head(call.sessionId)) === 0) throw sessionNotFound(call.sessionId);
    return streamLog(call, range);
  }
  const page = await store.readPage(call.sessionId, { of: "events", limit, ...range });
  return pageReply(call, page, range.after !== undefined);
}

async function streamSession(call: Call, range: { after?: number; types?: readonly string[] }): Promise<Response> {
  const { store } = call.deps;
  const after = resumeSeq(call, range.after) ?? 0;
  if ((await store.head(call.sessionId)) === 0) throw sessionNotFound(call.sessionId);
  return openStream(call, { sessionId: call.sessionId, after, types: range.types });
}

async function streamFeed(call: Call): Promise<Response> {
  const { cursor, user } = call.query(feedQuerySchema);
  return openStream(call, { cursor: call.header("last-event-id") || cursor, userId: user });
}

function openStream(call: Call, stream: EventStream): Response {
  const { outgoing } = call;
  if (call.context.req.raw.method === "HEAD") return new Response(null, { headers: { "Content-Type": sseType } });
  if (!outgoing) throw new AppError("internal", "An event stream needs a connection of its own.");
  call.deps.hub.openEventStream(outgoing, stream, call.sharedHeaders());
  return RESPONSE_ALREADY_SENT;
}

function appendEvents(call: Call): Promise<Response> {
  return call.text().then((text) => appendText(call, text));
}

function appendText(call: Call, text: string): Promise<Response> {
  const { store, implicitSessions } = call.deps;
  const { events, single } = parseEvents(text, call.hasType(ndjsonType), call.idempotencyKey);
  const append = (all: NewEvent[]) =>
    all[0]!.type === "session_created"
      ? appendToNew(store, call.sessionId, all)
      : store.append(call.sessionId, all, { implicit: implicitSessions });
  const appended = whenPriced(events, append);
  return single ? appended.then(writtenOne) : appended.then(writtenBatch);
}

/** Events that begin a session: refused where there is one, unless it began with this very event. */
async function appendToNew(store: SessionStore, sessionId: string, events: NewEvent[]): Promise<Appended> {
  const { eventId } = events[0]!;
  const refuseExisting = (session: unknown): NewEvent[] => {
    if (session)
      throw new AppError("session_exists", `There is a session '${sessionId}' already, and nothing was changed.`);
    return events;
  };
  const appended = await store.append(sessionId, refuseExisting, { eventId });
  return appended.events.length === events.length ? appended : store.append(sessionId, events);
}
