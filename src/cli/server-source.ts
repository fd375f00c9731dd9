import { AppError } from "../core/errors.js";
import type { SessionEvent } from "../core/event.js";
import { createClient, type Client } from "../client/http-client.js";
import { nodeFetch } from "./node-fetch.js";
import type { FollowOptions, SessionSource } from "./source.js";

export function openServerSource(url: string): SessionSource {
  const client = createClient({ url, fetch: nodeFetch });
  return {
    recent: (limit) => client.recent({ limit }),
    active: (limit) => client.active({ limit }),
    sessions: (query) => client.listSessions(query),
    search: (query) => client.search(query),
    stats: async () => ({ ...(await client.stats()) }),
    state: (sessionId, at) => client.getState(sessionId, { at }),
    head: async (sessionId) => (await client.listEvents(sessionId, { limit: 1 })).at(-1)?.seq ?? 0,
    events: async (sessionId, query) =>
      (await client.listEvents(sessionId, query)).map((event) => JSON.stringify(event)),
    log: (sessionId, query) => client.eventLines(sessionId, query),
    follow: (sessionId, after, options) => followServer(client, sessionId, after, options),
    close: async () => {},
  };
}

async function* followServer(client: Client, session: string, after: number, { signal, onStatus }: FollowOptions) {
  const { createLiveClient } = await import("../client/live-client.js");
  const subscription = createLiveClient({ url: client.url }).subscribe({ session, after, signal, onStatus });
  for await (const { cursor: _cursor, ...event } of subscription) {
    if (event.type === "session_deleted")
      throw new AppError("session_not_found", `The session '${session}' was deleted.`);
    yield JSON.stringify(event satisfies SessionEvent);
  }
}
