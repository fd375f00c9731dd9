import { watch } from "node:fs";
import { AppError } from "../core/errors.js";
import type { Metadata } from "../core/metadata.js";
import { openReadOnlyStore } from "../storage/file/read-only-store.js";
import type { Page, SessionStore } from "../storage/session-store.js";
import { sessionNotFound } from "../storage/store-errors.js";
import type { FollowOptions, SessionSource } from "./source.js";

const pageSize = 1_000;
/** A watcher may miss a change (network drives, containers): the files are looked at this often anyway. */
const pollMs = 1_000;

/** Reads a storage folder with no server at all; also while a server writes to it. */
export async function openFilesSource(path: string): Promise<SessionSource> {
  const store = await openReadOnlyStore({ path });
  const list = async (query: { status?: "active"; limit: number }): Promise<Metadata[]> =>
    (await store.listSessions(query)).sessions;
  return {
    recent: (limit) => list({ limit }),
    active: (limit) => list({ status: "active", limit }),
    sessions: ({ user, limit = 50, ...query }) => store.listSessions({ userId: user, limit, ...query }),
    search: ({ user, session, limit = 20, ...query }) =>
      store.search({ userId: user, sessionId: session, limit, ...query }),
    stats: async () => ({ ...(await store.stats()) }),
    state: async (sessionId, at) => {
      if (at !== undefined) return store.readStateAt(sessionId, at);
      const session = await store.readSession(sessionId);
      if (!session) throw sessionNotFound(sessionId);
      return session.state;
    },
    head: async (sessionId) => {
      const head = await store.head(sessionId);
      if (head === 0) throw sessionNotFound(sessionId);
      return head;
    },
    events: async (sessionId, query) => linesOfPage(await store.readPage(sessionId, { of: "events", ...query })),
    log: (sessionId, query) => readLog(store, sessionId, query),
    follow: (sessionId, after, options) => followFiles(store, path, sessionId, after, options),
    close: () => store.close(),
  };
}

/** All events of a session behind `after`, as lines of JSON; holds one page at a time. */
export async function* readLog(
  store: SessionStore,
  sessionId: string,
  { after = 0, signal }: { after?: number; signal?: AbortSignal },
) {
  for (let more = true; more;) {
    signal?.throwIfAborted();
    const page = await store.readPage(sessionId, { of: "events", after, limit: pageSize });
    yield* linesOfPage(page);
    after = page.last || after;
    more = page.more;
  }
}

export function linesOfPage({ lines }: Page): string[] {
  const text = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength).toString().trimEnd();
  return text === "" ? [] : text.split("\n");
}

export async function* followFiles(
  store: SessionStore,
  path: string,
  sessionId: string,
  after: number,
  { signal, onStatus }: FollowOptions,
) {
  const changes = watchForChanges(`${path}/sessions/${sessionId}`, signal);
  onStatus?.({ state: "live" });
  try {
    while (!signal.aborted) {
      const changed = changes.next();
      const page = await store.readPage(sessionId, { of: "events", after, limit: pageSize }).catch(deletedMeanwhile);
      yield* linesOfPage(page);
      after = page.last || after;
      if (!page.more) await changed;
    }
  } finally {
    changes.close();
  }
}

function deletedMeanwhile(error: unknown): never {
  if (error instanceof AppError && error.code === "session_not_found") {
    throw new AppError("session_not_found", "The session was deleted.", { cause: error });
  }
  throw error;
}

/** `next` resolves at the first change after it was called, at the next poll, or on abort. */
function watchForChanges(folder: string, signal: AbortSignal) {
  let wake = () => {};
  const onAbort = () => wake();
  const watcher = watch(folder, () => wake());
  watcher.on("error", () => {});
  const poll = setInterval(() => wake(), pollMs);
  signal.addEventListener("abort", onAbort);
  return {
    next: () => new Promise<void>((resolve) => (wake = resolve)),
    close() {
      watcher.close();
      clearInterval(poll);
      signal.removeEventListener("abort", onAbort);
    },
  };
}
