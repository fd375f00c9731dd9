import type { NewEvent, SessionDeleted, SessionEvent } from "../core/event.js";
import type { JsonObject, JsonValue } from "../core/json.js";
import type { Metadata, SessionStatus } from "../core/metadata.js";
import type { Agent, Goal, State } from "../core/state.js";

/** What `POST /api/sessions` takes. */
export interface CreateSession {
  sessionId?: string;
  userId?: string;
  initial?: { source?: JsonObject | string; input?: unknown; config?: JsonObject; [key: string]: unknown };
  tags?: string[];
  parentSession?: string;
  sandboxId?: string;
}

export interface CreatedSession {
  success: true;
  sessionId: string;
  /** The session's folder, where the store has one. */
  path: string | null;
  seq: number;
  resumed?: boolean;
}

/** A session as its events leave it, with the newest actions and responses. */
export interface SessionDetail {
  metadata: Metadata;
  initial: JsonObject;
  state: State;
  actions: StoredRecord[];
  responses: StoredRecord[];
  final: JsonObject | null;
  /** There are older actions or responses than those. */
  hasMore: boolean;
}

/** A stored action or response. */
export interface StoredRecord extends JsonObject {
  seq: number;
  timestamp: string;
  type: string;
}

/** An action or response on its way in: any object with a `type`. */
export interface NewRecord {
  type: string;
  timestamp?: string;
  eventId?: string;
  [key: string]: unknown;
}

/** An event on its way in. */
export type EventInput = Omit<NewEvent, "raw">;

/** Where a write landed. */
export interface Written {
  success: true;
  seq: number;
  eventId: string;
}

/** Where a batch landed: one entry per event, in order. */
export interface WrittenBatch {
  success: true;
  count: number;
  /** The seq of the last event. */
  seq: number;
  events: { seq: number; eventId: string }[];
}

export interface PatchedState {
  success: true;
  version: number;
  seq: number;
}

export type GoalInput = { description: string; goalId?: string } & Record<string, unknown>;
export type AgentInput = { type: string; agentId?: string } & Record<string, unknown>;
export type WrittenGoal = Goal & { success: true; seq: number };
export type WrittenAgent = Agent & { success: true; seq: number };

export interface ListSessions {
  user?: string;
  status?: SessionStatus;
  tag?: string;
  parent?: string;
  limit?: number;
  cursor?: string;
}

/** Newest activity first; `next` is the cursor of the page behind. */
export interface SessionList {
  sessions: Metadata[];
  next: string | null;
}

/** A page of one stream; `types` filters by the records' own types. */
export interface ListRecords {
  limit?: number;
  after?: number;
  before?: number;
  type?: string;
}

export interface ListEvents {
  /** Only seqs above this: the oldest `limit` of them; without it, the newest. */
  after?: number;
  /** Only seqs below this. */
  before?: number;
  limit?: number;
  types?: readonly string[];
}

export interface SearchInput {
  q: string;
  user?: string;
  type?: string;
  session?: string;
  since?: string;
  until?: string;
  limit?: number;
  cursor?: string;
}

export interface SearchResult {
  sessionId: string;
  userId: string | null;
  seq: number;
  type: string;
  timestamp: string;
  /** HTML-escaped text, `<mark>` … `</mark>` around what matched. */
  snippet: string;
  score: number;
}

export interface SearchResults {
  hits: SearchResult[];
  next: string | null;
  /** Acknowledged events that are not searchable yet. */
  lag: number;
}

export interface Stats {
  total: number;
  active: number;
  completed: number;
  failed: number;
  cancelled: number;
  events: number;
  activeSessions: number;
  completedSessions: number;
}

export interface Health {
  status: string;
  version: string;
  /** Seconds. */
  uptime: number;
  websocket: { totalConnections: number; users: number; sessions: number };
  storage: string;
  writable: boolean;
  /** Why writes are refused. */
  reason: string | null;
  /** Bytes of the disk that the storage lies on; null where that is not known. */
  disk: { free: number; size: number } | null;
  [key: string]: unknown;
}

/** One thing that a live subscription delivers; `cursor` is its place in the log of all sessions. */
export type LiveEvent = (SessionEvent | SessionDeleted) & { cursor?: string };

/** A permission request of an agent that a person can answer from here. Times are RFC 3339. */
export interface Approval {
  approvalId: string;
  sessionId: string;
  tool: string;
  input: JsonValue;
  message: string;
  requestedAt: string;
  /** From then on the agent asks where it runs. */
  expiresAt: string;
}

export interface Decided {
  success: true;
  approvalId: string;
  sessionId: string;
  decision: "allow" | "deny";
  seq: number;
}
