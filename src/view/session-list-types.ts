import type { Health, Stats } from "../client/types.js";
import type { JsonValue } from "../core/json.js";
import type { SessionStatus } from "../core/metadata.js";
import type { Connection } from "./connection.js";
import type { Observable, ViewError } from "./observable.js";
import type { Waiting } from "./waiting.js";

/** A session as a row of the list. Times are epoch milliseconds, `cost` is in US dollars. */
export interface SessionRow {
  sessionId: string;
  /** What its producer called it, else the first thing that a person asked of it; see `sessionName`. */
  title: string | null;
  userId: string | null;
  status: SessionStatus;
  /** Whether the producer is at work: `running`, `idle`, `waiting`, `lost`, `ended`, or what it said. */
  liveness: string;
  /** Its process is known, and becomes `lost` where it is gone. */
  watched: boolean;
  waiting: Waiting | null;
  model: string | null;
  tags: readonly string[];
  parentSession: string | null;
  tokens: number;
  cost: number;
  events: number;
  created: number;
  lastEventAt: number;
  /** What the state says; null until it has been read. */
  summary: SessionSummary | null;
  /** Events in each of the last {@link rateSeconds} seconds, oldest first; null while nothing happens. */
  rate: readonly number[] | null;
}

/** The length of a row's sparkline. */
export const rateSeconds = 20;

/** What a row shows of a session's state. */
export interface SessionSummary {
  phase: string;
  currentStep: JsonValue;
  goals: { done: number; total: number };
  agents: { active: number; total: number };
  /** The first thing that a person asked of it; null where its log does not begin with that. */
  prompt: string | null;
}

export const sessionSorts = ["activity", "created", "session", "user", "status", "events", "tokens", "cost"] as const;
export type SessionSort = (typeof sessionSorts)[number];

export interface SessionListQuery {
  status: SessionStatus | null;
  userId: string | null;
  tag: string | null;
  /** Only sessions that wait for a person. */
  waiting: boolean;
  /** Words that must all appear in a row's id, user, model, tags or what it waits for; any case. */
  text: string;
  sort: SessionSort;
  descending: boolean;
}

export const defaultListQuery: SessionListQuery = {
  status: null,
  userId: null,
  tag: null,
  waiting: false,
  text: "",
  sort: "activity",
  descending: true,
};

export interface SessionListTotals {
  /** Of all sessions of the source; null until they are known. */
  stats: Stats | null;
  /** Sessions known to wait for a person. */
  waiting: number;
  /** Over all sessions, each of the last {@link rateSeconds} seconds, oldest first. */
  rate: readonly number[];
  /** The mean of the last five full seconds. */
  eventsPerSecond: number;
}

export interface SessionListSnapshot {
  /** When the snapshot was made: ages are told from here. */
  now: number;
  connection: Connection;
  query: SessionListQuery;
  /** The rows of the window alone, in order; the first stands at `offset`. */
  rows: readonly SessionRow[];
  offset: number;
  /** Rows that match and are loaded; `hasMore`: the source has more behind them. */
  count: number;
  hasMore: boolean;
  loading: boolean;
  /** The newest failure to read; null once reading worked again. */
  error: ViewError | null;
  selectedId: string | null;
  /** Among all `count` rows; -1 where nothing is selected. */
  selectedIndex: number;
  totals: SessionListTotals;
  /** Of the server; null where there is none or it does not answer. */
  health: Health | null;
  /** Users of the sessions seen so far, for a filter to choose from. */
  users: readonly string[];
  /** Tags of the sessions seen so far. */
  tags: readonly string[];
}

/**
 * All sessions, live. Sessions that wait for a person come first, whatever the sort. Pages come
 * from the source as the window reaches for them; only the rows in the window are made.
 */
export interface SessionListView extends Observable<SessionListSnapshot> {
  setQuery(change: Partial<SessionListQuery>): void;
  /** Which rows are on screen. The window moves along where the selection leaves it. */
  setWindow(offset: number, height: number): void;
  select(sessionId: string | null): void;
  /** Moves the selection by rows; ±Infinity for the ends of what is loaded. */
  moveSelection(by: number): void;
  /** Reads everything anew. */
  refresh(): void;
  close(): void;
}
