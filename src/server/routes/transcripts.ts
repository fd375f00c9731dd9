import * as z from "zod";
import { eventDataSchemas } from "../../core/requests.js";
import { newEventSchema, eventIdSchema, timestampSchema } from "../../core/schemas.js";
import type { SessionStore } from "../../storage/session-store.js";
import type { Call } from "../call.js";
import type { TranscriptEvent } from "../ingest/claude-code-transcript/stream.js";
import { createTranscriptTaker } from "../ingest/claude-code-transcript/take.js";
import { storableEvent } from "../ingest/storable.js";
import { parseJson, parseWith } from "../input/parse.js";
import { json } from "../reply.js";
import { route, type Route } from "../route.js";

const count = z.number().nonnegative();

const toldSchema = newEventSchema.extend({
  eventId: eventIdSchema,
  nth: z.int().positive().optional().describe("The how-many-th of its like in the transcript"),
});

const standingSchema = z.strictObject({
  at: timestampSchema.optional().describe("When the newest line was written"),
  work: z.enum(["running", "idle", "ended"]),
  events: z.array(toldSchema).max(100).default([]),
  usage: z
    .strictObject({
      usd: count,
      models: z.record(z.string().max(256), z.strictObject({ usd: count, tokens: z.record(z.string(), count) })),
    })
    .optional()
    .describe("What the agent says that the session took in all"),
});

const bodySchema = z.strictObject({
  events: z.array(toldSchema).max(10_000).default([]),
  standing: standingSchema.optional().describe("Where the session stands, should no more come"),
});

const answerSchema = z.object({
  stored: z.int().describe("Events that are stored now"),
  known: z.int().describe("Events that told what the session knew"),
});

export const transcriptRoutes: Route[] = [
  route({
    method: "POST",
    path: "/transcripts/claude-code/{id}",
    group: "agents",
    summary: "Take what a transcript of Claude Code tells of a session",
    description:
      "As `claude-sessions import claude-code` reads it: events with ids that come from the transcript. What the " +
      "session knows, from hooks, OpenTelemetry or the transcript itself, is not stored again; what it knows less of " +
      "is corrected.",
    body: { schema: bodySchema, example: { events: [], standing: { work: "idle" } } },
    responses: { 200: { description: "Durable", schema: answerSchema } },
    handler: takeTranscript,
  }),
];

async function takeTranscript(call: Call): Promise<Response> {
  const { sessionId, deps } = call;
  const { events, standing } = parseWith(bodySchema, parseJson(await call.text()));
  const { running, ...taken } = await takerOf(call)(
    sessionId,
    events.map(checked),
    standing && { ...standing, at: standing.at, events: standing.events.map(checked) },
  );
  if (running) deps.liveness.watch(sessionId);
  return json(200, taken);
}

/** @throws AppError `invalid_input` where the event is none of its type */
function checked(event: z.output<typeof toldSchema>): TranscriptEvent {
  const storable = { ...event, ...storableEvent(event) };
  const schema = eventDataSchemas[event.type];
  if (schema) parseWith(schema, storable.data, "data");
  return storable;
}

const takers = new WeakMap<SessionStore, ReturnType<typeof createTranscriptTaker>>();

function takerOf({ deps }: Call): ReturnType<typeof createTranscriptTaker> {
  const known = takers.get(deps.store) ?? createTranscriptTaker(deps);
  takers.set(deps.store, known);
  return known;
}
