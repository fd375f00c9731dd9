import { createClient, type Client } from "../client/http-client.js";
import { createLiveClient } from "../client/live-client.js";
import type { FetchLike } from "../client/request.js";
import type { StoredRecord } from "../client/types.js";
import type { SessionEvent } from "../core/event.js";
import type { Session } from "../core/session.js";
import { readFiltered, type PageReaders } from "./event-filter.js";
import type { EventPage, FollowOptions, ViewSource } from "./source.js";

export interface ServerSourceOptions {
  /** Of the server, http or https. */
  url: string;
  fetch?: FetchLike;
  WebSocket?: typeof globalThis.WebSocket;
}

/** Views of a server's sessions; runs in Node and in browsers. */
export function createServerSource({ url, fetch, WebSocket }: ServerSourceOptions): ViewSource {
  const client = createClient({ url, fetch });
  const live = createLiveClient({ url, WebSocket });
  return {
    kind: "server",
    place: client.url,
    listSessions: (query) => client.listSessions(query),
    session: (sessionId) => readSession(client, sessionId),
    stateAt: (sessionId, at) => client.getState(sessionId, { at }),
    events: (sessionId, query) => readFiltered(pageReaders(client, sessionId), query),
    search: (query) => client.search(query),
    stats: () => client.stats(),
    health: () => client.health(),
    follow: (session, after, options: FollowOptions) => live.subscribe({ session, after, ...options }),
    followAll: (options) => live.subscribe(options),
    approvals: {
      list: () => client.approvals(),
      decide: async (approvalId, { decision, reason }) => void (await client.decide(approvalId, decision, reason)),
    },
    close: async () => {},
  };
}

async function readSession(client: Client, sessionId: string): Promise<Session> {
  const { metadata, state, initial, final } = await client.getSession(sessionId, { limit: 1 });
  return { metadata, state, initial, final };
}

function pageReaders(client: Client, sessionId: string): PageReaders {
  return {
    events: async (query) => pageOf(await client.listEvents(sessionId, query), query.limit),
    records: async (stream, { types, ...bounds }) => {
      const query = { ...bounds, type: types.join(",") };
      const records = await (stream === "actions"
        ? client.listActions(sessionId, query)
        : client.listResponses(sessionId, query));
      const type = stream === "actions" ? "action" : "response";
      return pageOf(
        records.map((record) => eventOfRecord(type, sessionId, record)),
        query.limit,
      );
    },
  };
}

/** A full page may be the last one: the next is then empty. */
function pageOf(events: SessionEvent[], limit: number): EventPage {
  return { events, more: events.length >= limit };
}

/** A stored action or response as the event that it was. */
export function eventOfRecord(type: "action" | "response", sessionId: string, record: StoredRecord): SessionEvent {
  const { seq, timestamp } = record;
  const { receivedAt, eventId } = record;
  return {
    type,
    sessionId,
    seq,
    timestamp,
    receivedAt: typeof receivedAt === "string" ? receivedAt : timestamp,
    eventId: typeof eventId === "string" ? eventId : "",
    data: record,
  };
}
