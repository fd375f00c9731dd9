import type { ErrorCode } from "../../core/errors.js";
import type { Metadata } from "../../core/metadata.js";
import type { SearchHit, SessionQuery, Stats } from "../session-store.js";

/** What the worker is started with. Times are milliseconds. */
export interface WorkerSettings {
  path: string;
  sessionsPath: string;
  readOnly: boolean;
  /** How long a search waits for events that are not searchable yet. */
  searchWait: number;
}

/** One session of a batch. `replaced`: an earlier session of this id was deleted before. */
export interface BatchEntry {
  sessionId: string;
  metadata: Metadata | null;
  replaced: boolean;
}

export interface ListRequest extends Omit<SessionQuery, "cursor"> {
  after?: { updated: number; id: string };
}

/** `since` and `until` are epoch milliseconds, inclusive. */
export interface SearchRequest {
  q: string;
  userId?: string;
  type?: string;
  sessionId?: string;
  since?: number;
  until?: number;
  limit: number;
  from?: SearchPosition;
}

/** A place in a search's answer: the pool of candidates below document `upper`, and how many of it were shown. */
interface SearchPosition {
  upper: number;
  offset: number;
}

/** `sessions` is the text of a JSON array of metadata: rows are cut and pasted, never parsed on the way. */
export interface ListReply {
  sessions: string;
  next: { updated: number; id: string } | null;
}

export interface SearchReply {
  hits: SearchHit[];
  next: SearchPosition | null;
}

/** What can be asked of the worker, and what it answers. */
export interface Operations {
  /** The text of a JSON array of {@link BatchEntry}. */
  update: { request: string; reply: null };
  list: { request: ListRequest; reply: ListReply };
  stats: { request: null; reply: Stats };
  search: { request: SearchRequest; reply: SearchReply };
  checkpoint: { request: null; reply: null };
  catchUp: { request: null; reply: null };
  close: { request: null; reply: null };
}

export type Operation = keyof Operations;

export type WorkerRequest = {
  [K in Operation]: { id: number; operation: K; request: Operations[K]["request"] };
}[Operation];

interface WorkerFailure {
  code: ErrorCode;
  message: string;
}

export type WorkerMessage =
  | { kind: "reply"; id: number; reply: unknown; lag: number }
  | { kind: "failure"; id: number; failure: WorkerFailure; lag: number }
  | { kind: "lag"; lag: number }
  | { kind: "progress"; done: number; total: number }
  | { kind: "notice"; level: "info" | "warn" | "error"; message: string; detail?: object };
