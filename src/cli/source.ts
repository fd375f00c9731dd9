import type { Metadata } from "../core/metadata.js";
import type { State } from "../core/state.js";
import type { LiveStatus } from "../client/live-types.js";
import type { ListSessions, SearchInput, SearchResults, SessionList } from "../client/types.js";

/** Where queries are answered from: a server, or the files themselves. */
export interface SessionSource {
  recent(limit: number): Promise<Metadata[]>;
  active(limit: number): Promise<Metadata[]>;
  sessions(query: ListSessions): Promise<SessionList>;
  search(query: SearchInput): Promise<SearchResults>;
  stats(): Promise<Record<string, number>>;
  state(sessionId: string, at?: number): Promise<State>;
  /** The seq of the session's last event. @throws AppError `session_not_found` */
  head(sessionId: string): Promise<number>;
  /** A page of events as lines of JSON: the oldest `limit` behind `after`, else the newest. */
  events(sessionId: string, query: EventsQuery): Promise<string[]>;
  /** The whole log behind `after` as lines of JSON. */
  log(sessionId: string, query: { after?: number; signal?: AbortSignal }): AsyncIterable<string>;
  /** Everything behind `after` as lines of JSON, and then what comes, until `signal` aborts. */
  follow(sessionId: string, after: number, options: FollowOptions): AsyncIterable<string>;
  close(): Promise<void>;
}

interface EventsQuery {
  after?: number;
  limit: number;
  types?: readonly string[];
}

export interface FollowOptions {
  signal: AbortSignal;
  onStatus?: (status: LiveStatus) => void;
}
