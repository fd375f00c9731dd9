import type { Metadata } from "../core/metadata.js";
import type { SessionEvent } from "../core/event.js";
import type { StoredRecord, ListSessions, SessionList } from "../client/types.js";
import { openReadOnlyStore } from "../storage/file/read-only-store.js";
import type { SessionStore } from "../storage/session-store.js";
import { sessionNotFound } from "../storage/store-errors.js";
import { readFiltered, type PageReaders } from "../view/event-filter.js";
import { eventOfRecord } from "../view/server-source.js";
import type { FollowOptions, ViewSource } from "../view/source.js";
import { FolderWatch } from "./folder-watch.js";
import { followFiles, linesOfPage } from "./files-source.js";

/** Views of a storage folder with no server at all; also while a server writes to it. */
export async function openFilesView(path: string): Promise<ViewSource> {
  const store = await openReadOnlyStore({ path });
  const moved = new Map<string, Metadata | null>();
  return {
    kind: "files",
    place: path,
    listSessions: (query) => listSessions(store, query, moved),
    session: async (sessionId) => {
      const session = await store.readSession(sessionId);
      if (!session) throw sessionNotFound(sessionId);
      return session;
    },
    stateAt: (sessionId, at) => store.readStateAt(sessionId, at),
    events: (sessionId, query) => readFiltered(pageReaders(store, sessionId), query),
    search: ({ user, session, limit = 20, ...query }) =>
      store.search({ userId: user, sessionId: session, limit, ...query }),
    stats: async () => {
      const stats = await store.stats();
      return { ...stats, activeSessions: stats.active, completedSessions: stats.completed };
    },
    health: async () => null,
    follow: (sessionId, after, options) => follow(store, path, sessionId, after, options),
    followAll: (options) => followAll(store, path, moved, options),
    approvals: null,
    close: () => store.close(),
  };
}

function pageReaders(store: SessionStore, sessionId: string): PageReaders {
  return {
    events: async (query) => {
      const page = await store.readPage(sessionId, { of: "events", ...query });
      return { events: linesOfPage(page).map((line) => JSON.parse(line) as SessionEvent), more: page.more };
    },
    records: async (stream, query) => {
      const page = await store.readPage(sessionId, { of: stream, ...query });
      const records = linesOfPage(page).map((line) => JSON.parse(line) as StoredRecord);
      const type = stream === "actions" ? "action" : "response";
      return { events: records.map((record) => eventOfRecord(type, sessionId, record)), more: page.more };
    },
  };
}

async function* follow(
  store: SessionStore,
  path: string,
  sessionId: string,
  after: number,
  options: FollowOptions,
): AsyncGenerator<SessionEvent> {
  for await (const line of followFiles(store, path, sessionId, after, options)) yield JSON.parse(line) as SessionEvent;
}

/**
 * The index of a folder that no server keeps is as old as this program's start: what has moved since
 * stands on the first page, as it is by now.
 */
async function listSessions(
  store: SessionStore,
  { user, limit = 100, ...query }: ListSessions,
  moved: ReadonlyMap<string, Metadata | null>,
): Promise<SessionList> {
  const page = await store.listSessions({ userId: user, limit, ...query });
  const unmoved = page.sessions.filter(({ sessionId }) => !moved.has(sessionId));
  if (query.cursor !== undefined) return { ...page, sessions: unmoved };
  const fresh = [...moved.values()].filter((metadata) => metadata !== null && isWanted(metadata, { user, ...query }));
  const sessions = [...(fresh as Metadata[]), ...unmoved];
  return { ...page, sessions: sessions.sort((a, b) => Date.parse(b.updated) - Date.parse(a.updated)) };
}

function isWanted(metadata: Metadata, { user, status, tag, parent }: ListSessions): boolean {
  return (
    (user === undefined || metadata.userId === user) &&
    (status === undefined || metadata.status === status) &&
    (tag === undefined || metadata.tags.includes(tag)) &&
    (parent === undefined || metadata.parentSession === parent)
  );
}

const pageSize = 1_000;

async function* followAll(
  store: SessionStore,
  path: string,
  moved: Map<string, Metadata | null>,
  { signal, onStatus }: FollowOptions,
): ReturnType<typeof followMoves> {
  const watch = new FolderWatch(path, Date.now);
  await watch.begin(signal);
  onStatus?.({ state: "live" });
  yield* followMoves(store, watch, moved, signal);
  onStatus?.({ state: "closed" });
}

async function* followMoves(
  store: SessionStore,
  watch: FolderWatch,
  moved: Map<string, Metadata | null>,
  signal: AbortSignal,
) {
  const heads = new Map<string, number>();
  for await (const { sessionId, gone, since } of watch.moves(signal)) {
    if (gone) {
      heads.delete(sessionId);
      moved.set(sessionId, null);
      yield { type: "session_deleted" as const, sessionId, timestamp: new Date().toISOString() };
      continue;
    }
    yield* newEvents(store, sessionId, since, heads);
    const session = await store.readSession(sessionId).catch(() => undefined);
    moved.set(sessionId, session?.metadata ?? null);
  }
}

/** What came since the last look; of a session that is looked at for the first time, since `since`. */
async function* newEvents(
  store: SessionStore,
  sessionId: string,
  since: number,
  heads: Map<string, number>,
): AsyncGenerator<SessionEvent> {
  const readers = pageReaders(store, sessionId);
  const isNew = (event: SessionEvent) => Date.parse(event.receivedAt) >= since;
  for (let more = true; more;) {
    const after = heads.get(sessionId);
    // A session may be deleted between the look and the read.
    const page = await readers.events({ after, limit: pageSize }).catch(() => ({ events: [], more: false }));
    yield* after === undefined ? page.events.filter(isNew) : page.events;
    const last = page.events.at(-1);
    if (last) heads.set(sessionId, last.seq);
    more = after !== undefined && page.more;
  }
}
