import { activeQuerySchema, recentQuerySchema, searchQuerySchema } from "../../core/requests.js";
import { metadataSchema, searchAnswerSchema, statsSchema } from "../answers.js";
import type { Call } from "../call.js";
import { cursorLink, json } from "../reply.js";
import { route, type Route } from "../route.js";

export const queryRoutes: Route[] = [
  route({
    method: "GET",
    path: "/api/query/recent",
    group: "query",
    summary: "The sessions that something happened in last",
    query: recentQuerySchema,
    responses: { 200: { description: "Metadata, newest activity first", schema: metadataSchema.array() } },
    handler: async (call) => {
      const { sessions } = await call.deps.store.listSessions(call.query(recentQuerySchema));
      return json(200, sessions);
    },
  }),
  route({
    method: "GET",
    path: "/api/query/active",
    group: "query",
    summary: "The sessions that are active",
    query: activeQuerySchema,
    responses: { 200: { description: "Metadata, newest activity first", schema: metadataSchema.array() } },
    handler: async (call) => {
      const { sessions } = await call.deps.store.listSessions({ ...call.query(activeQuerySchema), status: "active" });
      return json(200, sessions);
    },
  }),
  route({
    method: "GET",
    path: "/api/query/stats",
    group: "query",
    summary: "How many sessions there are, by status",
    responses: { 200: { description: "Counts", schema: statsSchema } },
    handler: async (call) => {
      const stats = await call.deps.store.stats();
      return json(200, { ...stats, activeSessions: stats.active, completedSessions: stats.completed });
    },
  }),
  route({
    method: "GET",
    path: "/api/query/search",
    group: "query",
    summary: "Search actions, responses, goals and metadata",
    query: searchQuerySchema,
    responses: { 200: { description: "Ranked hits with snippets", schema: searchAnswerSchema } },
    handler: search,
  }),
];

async function search(call: Call): Promise<Response> {
  const { user, session, ...query } = call.query(searchQuerySchema);
  const page = await call.deps.store.search({ ...query, userId: user, sessionId: session });
  return json(200, page, cursorLink(call.url, page.next));
}
