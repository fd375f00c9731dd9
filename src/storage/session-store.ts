import type { NewEvent, Stream } from "../core/event.js";
import type { Metadata, SessionStatus } from "../core/metadata.js";
import type { Session } from "../core/session.js";
import type { State } from "../core/state.js";

/**
 * Durable, ordered logs of events, one a session, and what folds and indexes of them can answer.
 * Every engine passes the suite in `suite/store-suite.ts`.
 *
 * All methods throw AppError: `storage_unavailable` where the medium fails (nothing half-written is
 * acknowledged), `session_not_found` where a session must exist.
 */
export interface SessionStore {
  /**
   * Appends events to one session, all or nothing, and resolves once they are durable.
   * An event whose `eventId` the session already holds is not stored again; its first seq is returned.
   *
   * A function decides on the session as all earlier appends leave it (undefined where there is
   * none), runs alone for that session, may run more than once, and refuses by throwing.
   */
  append(sessionId: string, events: readonly NewEvent[] | Decide, options?: AppendOptions): Promise<Appended>;

  /** The session after its last durable event; undefined where there is none. */
  readSession(sessionId: string): Promise<Session | undefined>;

  /** The fold of the first `at` events. @throws AppError `invalid_input` past the head */
  readStateAt(sessionId: string, at: number): Promise<State>;

  /** A page of one session's log, in ascending order of seq. */
  readPage(sessionId: string, query: PageQuery): Promise<Page>;

  /** The seq of the last durable event; 0 where there is no such session. */
  head(sessionId: string): Promise<number>;

  /** What happened to all sessions after a place in the log of all sessions, in commit order. */
  readFeed(after: string, limit: number): Promise<FeedPage>;

  /** The cursor behind the last durable event of all. */
  feedHead(): string;

  listSessions(query: SessionQuery): Promise<SessionPage>;
  search(query: SearchQuery): Promise<SearchPage>;
  stats(): Promise<Stats>;

  /** Removes the session and its log; false where there was none. */
  delete(sessionId: string): Promise<boolean>;

  /** Calls `listener` behind each commit; a hint to read, never the data. Returns the way to stop. */
  onCommit(listener: (hint: CommitHint) => void): () => void;

  /** Figures for metrics and health; cheap, never touches the medium. */
  status(): StoreStatus;

  /** Makes everything durable and lets go of the medium. */
  close(): Promise<void>;
}

export type Decide = (session: Session | undefined) => readonly NewEvent[];

export interface AppendOptions {
  /** An unknown session is created first; else the append is refused with `session_not_found`. Default true. */
  implicit?: boolean;
  /** Checked before a function decides: where the session holds it, nothing is decided or stored. */
  eventId?: string;
}

export interface Appended {
  /** One entry per event that was handed in, in order; after a hit of `options.eventId` the first answer alone. */
  events: AppendedEvent[];
}

export interface AppendedEvent {
  seq: number;
  eventId: string;
  timestamp: string;
  /** The session held this eventId before; nothing was stored. */
  duplicate: boolean;
}

export interface PageQuery {
  /** `events`: the merged log as SessionEvent; a stream's name: its stored records. */
  of: "events" | Stream;
  /** Only seqs above this. */
  after?: number;
  /** Only seqs below this. */
  before?: number;
  /** At most this many; the oldest after `after`, else the newest. */
  limit: number;
  /** For `events` the event types, for a stream the records' own types; absent or empty for all. */
  types?: readonly string[];
}

/** Lines of JSON, newline-terminated, as they are stored: nothing is parsed on the way out. */
export interface Page {
  lines: Uint8Array;
  count: number;
  /** Seqs of the first and the last line; 0 where the page is empty. */
  first: number;
  last: number;
  /** There is more in the direction that the page was read. */
  more: boolean;
}

export interface FeedPage {
  /** Lines of SessionEvent with `cursor`, or of SessionDeleted. */
  lines: Uint8Array;
  count: number;
  /** The cursor to read on from. */
  next: string;
  more: boolean;
}

export interface SessionQuery {
  userId?: string;
  status?: SessionStatus;
  tag?: string;
  parent?: string;
  limit: number;
  cursor?: string;
}

/** Newest activity first. */
export interface SessionPage {
  sessions: Metadata[];
  next: string | null;
}

export interface SearchQuery {
  q: string;
  userId?: string;
  /** The event's type, or the record's own. */
  type?: string;
  sessionId?: string;
  /** RFC 3339, inclusive. */
  since?: string;
  until?: string;
  limit: number;
  cursor?: string;
}

export interface SearchHit {
  sessionId: string;
  userId: string | null;
  seq: number;
  type: string;
  timestamp: string;
  /** Text around the match, `<mark>` … `</mark>` around what matched, everything else HTML-escaped. */
  snippet: string;
  score: number;
}

export interface SearchPage {
  hits: SearchHit[];
  next: string | null;
  /** Events that were acknowledged and are not searchable yet; 0 unless the index could not keep up. */
  lag: number;
}

export interface Stats {
  total: number;
  active: number;
  completed: number;
  failed: number;
  cancelled: number;
  events: number;
}

export interface CommitHint {
  /** Heads of the sessions that moved; 0 for one that was deleted. */
  heads: ReadonlyMap<string, number>;
  cursor: string;
}

export interface StoreStatus {
  path: string | null;
  /** Whether writes are taken; the reason where they are not. */
  writable: boolean;
  reason: string | null;
  journalBytes: number;
  indexLag: number;
  hotSessions: number;
}

/** Told what the engine does, for metrics; every call is cheap and never throws. Times are seconds. */
export interface StoreObserver {
  appended(seconds: number): void;
  committed(group: { events: number; bytes: number; fsyncSeconds: number }): void;
}
