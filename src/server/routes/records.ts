import type { NewEvent, Stream } from "../../core/event.js";
import { recordSchema } from "../../core/schemas.js";
import { recordsQuerySchema } from "../../core/requests.js";
import type { Appended, AppendedEvent } from "../../storage/session-store.js";
import { recordAnswerSchema, writtenAnswerSchema } from "../answers.js";
import type { Call } from "../call.js";
import { whenPriced } from "../ingest/cost.js";
import { parseRecords, type RecordType } from "../input/records.js";
import { jsonText, ndjsonType, pageReply } from "../reply.js";
import { route, type Route } from "../route.js";

export const recordRoutes: Route[] = [
  ...routesOf("action", "actions", "/api/actions/{id}"),
  ...routesOf("response", "responses", "/api/actions/{id}/responses"),
];

function routesOf(type: RecordType, stream: Stream, path: string): Route[] {
  return [
    route({
      method: "POST",
      path,
      group: stream,
      summary: `Append ${type === "action" ? "an action" : "a response"}, or many`,
      description: "Any object with a `type`. A list is a batch: all or nothing, one acknowledgement.",
      headers: { "Idempotency-Key": "The same key again gives the first answer and stores nothing" },
      body: {
        schema: recordSchema,
        batch: true,
        example: { type: type === "action" ? "tool_call" : "message", details: { tool: "grep" } },
      },
      responses: { 201: { description: "Durable", schema: writtenAnswerSchema } },
      handler: (call) => appendRecords(call, type),
    }),
    route({
      method: "GET",
      path,
      group: stream,
      summary: `The newest ${stream}, in ascending order`,
      description: "With `after`, the oldest behind it. `Link` headers lead on.",
      query: recordsQuerySchema,
      responses: { 200: { description: "Stored records", schema: recordAnswerSchema.array() } },
      handler: (call) => listRecords(call, stream),
    }),
  ];
}

/** Nothing here outlives the parsing but the answer, so that requests that wait for their commit hold little memory. */
function appendRecords(call: Call, type: RecordType): Promise<Response> {
  return call.text().then((text) => appendText(call, type, text));
}

function appendText(call: Call, type: RecordType, text: string): Promise<Response> {
  const { store, implicitSessions } = call.deps;
  const { events, single } = parseRecords(text, call.hasType(ndjsonType), type, call.idempotencyKey);
  const append = (all: NewEvent[]) => store.append(call.sessionId, all, { implicit: implicitSessions });
  const appended = whenPriced(events, append);
  return single ? appended.then(writtenOne) : appended.then(writtenBatch);
}

export function writtenOne({ events }: Appended): Response {
  return written(events[0]!);
}

/** Event ids need no escaping: {@link eventIdSchema}. */
function written({ seq, eventId }: AppendedEvent): Response {
  return jsonText(201, `{"success":true,"seq":${seq},"eventId":"${eventId}"}`);
}

export function writtenBatch({ events }: Appended): Response {
  let entries = "";
  for (const { seq, eventId } of events) entries += `${entries && ","}{"seq":${seq},"eventId":"${eventId}"}`;
  return jsonText(
    201,
    `{"success":true,"count":${events.length},"seq":${events.at(-1)?.seq ?? 0},"events":[${entries}]}`,
  );
}

async function listRecords(call: Call, stream: Stream): Promise<Response> {
  const { type, ...range } = call.query(recordsQuerySchema);
  const types = type?.split(",").map((name) => name.trim());
  const page = await call.deps.store.readPage(call.sessionId, { of: stream, ...range, types });
  return pageReply(call, page, range.after !== undefined);
}
