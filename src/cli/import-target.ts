import { AppError } from "../core/errors.js";
import type { NewEvent, SessionEvent } from "../core/event.js";
import { createClient } from "../client/http-client.js";
import { nodeFetch } from "./node-fetch.js";
import { parsePage } from "../storage/page.js";
import type { SessionStore } from "../storage/session-store.js";

/** Where an import goes: a server, or a storage folder that no server has open. */
export interface ImportTarget {
  /** The ids of the session's events in order; none where there is no such session. */
  eventIds(sessionId: string): AsyncGenerator<string, undefined>;
  /** Appends all or nothing; resolves to how many were new. */
  append(sessionId: string, events: readonly NewEvent[]): Promise<number>;
  close(): Promise<void>;
}

const pageSize = 500;

export function serverTarget(url: string): ImportTarget {
  const client = createClient({ url, fetch: nodeFetch });
  return {
    eventIds: (sessionId) => walk((after) => client.listEvents(sessionId, { after, limit: pageSize })),
    append: async (sessionId, events) => {
      const before = await client.listEvents(sessionId, { limit: 1 }).catch(noSuchSession);
      const head = before.at(-1)?.seq ?? 0;
      const written = await client.appendMany(sessionId, events);
      return written.events.filter(({ seq }) => seq > head).length;
    },
    close: async () => {},
  };
}

export function storeTarget(store: SessionStore): ImportTarget {
  const page = async (sessionId: string, after: number) =>
    parsePage<SessionEvent>(await store.readPage(sessionId, { of: "events", after, limit: pageSize }));
  return {
    eventIds: (sessionId) => walk((after) => page(sessionId, after)),
    append: async (sessionId, events) => {
      const appended = await store.append(sessionId, events);
      return appended.events.filter(({ duplicate }) => !duplicate).length;
    },
    close: () => store.close(),
  };
}

/** Page by page, so that a walk which waits holds the ids of one page and nothing open. */
async function* walk(readPage: (after: number) => Promise<SessionEvent[]>): AsyncGenerator<string, undefined> {
  for (let after = 0; ;) {
    const events = await readPage(after).catch(noSuchSession);
    if (events.length === 0) return;
    after = events.at(-1)!.seq;
    yield* events.map(({ eventId }) => eventId);
  }
}

function noSuchSession(error: unknown): SessionEvent[] {
  if (error instanceof AppError && error.code === "session_not_found") return [];
  throw error;
}
