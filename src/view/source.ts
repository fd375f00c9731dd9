import type { LiveStatus } from "../client/live-types.js";
import type {
  Approval,
  Health,
  ListSessions,
  LiveEvent,
  SearchInput,
  SearchResults,
  SessionList,
  Stats,
} from "../client/types.js";
import type { EventType, SessionDeleted, SessionEvent } from "../core/event.js";
import type { Session } from "../core/session.js";
import type { State } from "../core/state.js";

/**
 * Where views get what they show: a server (`createServerSource`), or the files themselves (the
 * command line's `openFilesView`). Methods throw AppError.
 */
export interface ViewSource {
  readonly kind: "server" | "files";
  /** For people: the server's URL, or the folder. */
  readonly place: string;
  /** Newest activity first. */
  listSessions(query: ListSessions): Promise<SessionList>;
  /** As all its events leave it. @throws AppError `session_not_found` */
  session(sessionId: string): Promise<Session>;
  /** The state after the first `at` events. */
  stateAt(sessionId: string, at: number): Promise<State>;
  /** A page of the log in ascending order of seq; see {@link EventQuery}. */
  events(sessionId: string, query: EventQuery): Promise<EventPage>;
  search(query: SearchInput): Promise<SearchResults>;
  stats(): Promise<Stats>;
  /** Null where there is no server. */
  health(): Promise<Health | null>;
  /** Everything behind `after` and then what comes, until `signal` aborts; survives lost connections. */
  follow(sessionId: string, after: number, options: FollowOptions): AsyncIterable<SessionEvent | SessionDeleted>;
  /** What happens to all sessions from now on, until `signal` aborts; survives lost connections without a gap. */
  followAll(options: FollowOptions): AsyncIterable<LiveEvent>;
  /** Requests that wait for a person; null where nothing can be answered from here. */
  readonly approvals: ApprovalSource | null;
  close(): Promise<void>;
}

export interface FollowOptions {
  signal: AbortSignal;
  onStatus?: (status: LiveStatus) => void;
}

/** What of a log is wanted: all, or the event types and record types that are named. */
export interface EventFilter {
  types: readonly EventType[];
  /** Of actions and responses only those of these types of their own. */
  actions?: readonly string[];
  responses?: readonly string[];
}

export interface EventQuery {
  /** Only seqs above this: the oldest `limit` of them; without it the newest. */
  after?: number;
  /** Only seqs below this. */
  before?: number;
  limit: number;
  filter?: EventFilter;
}

export interface EventPage {
  events: SessionEvent[];
  /** There is more in the direction that the page was read. */
  more: boolean;
}

export interface ApprovalSource {
  list(): Promise<PendingApproval[]>;
  decide(approvalId: string, decision: ApprovalDecision): Promise<void>;
}

export interface ApprovalDecision {
  decision: "allow" | "deny";
  reason?: string;
}

/** A permission request that waits on the server. */
export type PendingApproval = Approval;
