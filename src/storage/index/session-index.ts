import { opendir } from "node:fs/promises";
import { formatPageCursor, parsePageCursor } from "../../core/cursor.js";
import { AppError } from "../../core/errors.js";
import type { Metadata } from "../../core/metadata.js";
import type { SearchPage, SearchQuery, SessionPage, SessionQuery, Stats } from "../session-store.js";
import { ChangeQueue } from "./change-queue.js";
import { IndexThread, type Notice } from "./index-thread.js";
import type { ListRequest, SearchRequest } from "./protocol.js";
import { removeIndexFile } from "./schema.js";
import { resolveWorker } from "./worker-file.js";

/** How long a search waits for the newest events, in milliseconds, unless told otherwise. */
const defaultSearchWait = 2000;

/** One session as its last event left it; `metadata.eventCount` is its head, null means that it was deleted. */
export interface IndexChange {
  sessionId: string;
  metadata: Metadata | null;
}

/**
 * Pages, figures and full text over all sessions. The files are the truth: an index that is
 * missing, damaged or of another version is built anew from them.
 *
 * Queries throw AppError `index_unavailable` where the index cannot run.
 */
export interface SessionIndex {
  /** Hands changes over; cheap, and only the newest of a session counts. */
  update(changes: readonly IndexChange[]): void;

  /** Resolves once the catalogue holds everything that was handed over before. */
  settled(): Promise<void>;

  list(query: SessionQuery): Promise<SessionPage>;
  stats(): Promise<Stats>;

  /** Waits for the newest events to be searchable, but not for long; `lag` says how many were not. */
  search(query: SearchQuery): Promise<SearchPage>;

  /**
   * Resolves once everything handed over before is safe on the disk, be it indexed or marked as
   * still to be indexed. @throws AppError `index_unavailable` where the disk does not take it
   */
  checkpoint(): Promise<void>;

  /** Resolves once everything handed over before is searchable, working on nothing else until then. */
  caughtUp(): Promise<void>;

  /** Events that are not searchable yet. */
  readonly lag: number;

  close(): Promise<void>;
}

export interface SessionIndexOptions {
  /** The index's file. */
  path: string;
  sessionsPath: string;
  /** Never write: an existing index is used as it is where it fits the folders, else one is built in memory. */
  readOnly?: boolean;
  /** How long a search waits for events that are not searchable yet, in milliseconds; default 2000. */
  searchWait?: number;
  onProgress?: (progress: { done: number; total: number }) => void;
  onNotice?: (notice: Notice) => void;
  /** The worker's bundle, where it is not beside this one. */
  worker?: URL;
}

/** Opens the index. Its thread starts at once where there are sessions, else with the first need of it. */
export async function openSessionIndex(options: SessionIndexOptions): Promise<SessionIndex> {
  const index = new ThreadedIndex(options);
  if (!options.readOnly && (await hasEntries(options.sessionsPath))) index.start();
  return index;
}

class ThreadedIndex implements SessionIndex {
  private readonly thread: IndexThread;
  private readonly queue: ChangeQueue;
  private readonly readOnly: boolean;

  constructor(options: SessionIndexOptions) {
    const { path, sessionsPath, readOnly = false, searchWait = defaultSearchWait, worker = resolveWorker() } = options;
    this.readOnly = readOnly;
    this.thread = new IndexThread({
      settings: { path, sessionsPath, readOnly, searchWait },
      worker,
      onProgress: options.onProgress,
      onNotice: options.onNotice,
      onDeath: () => {
        this.queue.stop();
        // Without a file everything counts as still to be indexed, which is what is left to promise.
        if (!readOnly) removeIndexFile(path);
      },
    });
    this.queue = new ChangeQueue(async (batch) => void (await this.thread.call("update", batch)), options.onNotice);
  }

  start(): void {
    this.thread.start();
  }

  /** Nothing is stored and nothing came: the answer is known, and the thread can wait. */
  private get isEmpty(): boolean {
    return !this.readOnly && !this.thread.started && this.queue.isEmpty;
  }

  get lag(): number {
    return this.thread.lag;
  }

  update(changes: readonly IndexChange[]): void {
    this.queue.add(changes);
  }

  async settled(): Promise<void> {
    await this.queue.settled();
  }

  async list({ cursor, ...query }: SessionQuery): Promise<SessionPage> {
    const request: ListRequest = cursor === undefined ? query : { ...query, after: parseListCursor(cursor) };
    if (this.isEmpty) return { sessions: [], next: null };
    await this.queue.settled();
    const { sessions, next } = await this.thread.call("list", request);
    return {
      sessions: JSON.parse(sessions) as Metadata[],
      next: next && formatPageCursor({ key: next.updated, id: next.id }),
    };
  }

  async stats(): Promise<Stats> {
    if (this.isEmpty) return { total: 0, active: 0, completed: 0, failed: 0, cancelled: 0, events: 0 };
    await this.queue.settled();
    return this.thread.call("stats", null);
  }

  async search({ cursor, since, until, ...query }: SearchQuery): Promise<SearchPage> {
    const request: SearchRequest = { ...query };
    if (since !== undefined) request.since = parseTime("since", since);
    if (until !== undefined) request.until = parseTime("until", until);
    if (cursor !== undefined) request.from = parseSearchCursor(cursor);
    if (this.isEmpty) return { hits: [], next: null, lag: 0 };
    await this.queue.settled();
    const { hits, next } = await this.thread.call("search", request);
    return { hits, next: next && formatPageCursor({ key: next.upper, id: String(next.offset) }), lag: this.thread.lag };
  }

  async checkpoint(): Promise<void> {
    if (this.isEmpty) return;
    await this.queue.settled();
    if (this.thread.dead) return;
    this.queue.throwIfFailing();
    await this.thread.call("checkpoint", null);
  }

  async caughtUp(): Promise<void> {
    if (this.isEmpty) return;
    await this.queue.settled();
    await this.thread.call("catchUp", null);
  }

  async close(): Promise<void> {
    await this.queue.close();
    await this.thread.close();
  }
}

function parseListCursor(cursor: string): { updated: number; id: string } {
  const { key, id } = parsePageCursor(cursor);
  if (typeof key !== "number") throw foreignCursor();
  return { updated: key, id };
}

function parseSearchCursor(cursor: string): { upper: number; offset: number } {
  const { key, id } = parsePageCursor(cursor);
  const offset = Number(id);
  if (!Number.isSafeInteger(key) || !Number.isSafeInteger(offset) || offset < 0) throw foreignCursor();
  return { upper: Number(key), offset };
}

function foreignCursor(): AppError {
  return new AppError("invalid_cursor", "This cursor belongs to another query. Start again without it.", {
    issues: [{ path: "cursor", message: "is not a cursor of this query" }],
  });
}

function parseTime(path: string, text: string): number {
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  const message = "must be an RFC 3339 time, such as 2026-01-31T09:30:00.000Z";
  throw new AppError("invalid_input", `${path} ${message}`, { issues: [{ path, message }] });
}

async function hasEntries(path: string): Promise<boolean> {
  try {
    const folder = await opendir(path);
    const first = await folder.read();
    await folder.close();
    return first !== null;
  } catch {
    return false;
  }
}
