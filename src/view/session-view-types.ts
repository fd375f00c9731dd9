import type { Metadata } from "../core/metadata.js";
import type { Session } from "../core/session.js";
import type { State } from "../core/state.js";
import type { Connection } from "./connection.js";
import type { FeedItem, FeedKind } from "./feed-types.js";
import type { JsonChange } from "./json-diff.js";
import type { Observable, ViewError } from "./observable.js";
import type { Waiting } from "./waiting.js";

/** The part of the log that is loaded, told as items. */
export interface FeedSnapshot {
  /** Oldest first; at most some thousands, whatever the session's length. */
  items: readonly FeedItem[];
  /** Among `items`; -1 where there are none. */
  selectedIndex: number;
  /** There are items before the first, or behind the last, that are not loaded yet. */
  hasOlder: boolean;
  hasNewer: boolean;
  loading: "older" | "newer" | "jump" | null;
  error: ViewError | null;
  /** The selection stays on the newest item. */
  follow: boolean;
  /** Events that came since following stopped and lie behind what was loaded then. */
  newBelow: number;
  filter: FeedFilter;
}

/** What the feed shows. Kinds are filtered at the source, so that rare ones are found in a long log. */
export interface FeedFilter {
  /** Null for all kinds. */
  kinds: readonly FeedKind[] | null;
  /** Only what failed. */
  errors: boolean;
  /** Only this agent's; null for all, "" for the main one. */
  agentId: string | null;
  /** Also model calls, liveness and other small print. */
  minor: boolean;
}

export const defaultFeedFilter: FeedFilter = { kinds: null, errors: false, agentId: null, minor: false };

/** The feed before there is one. */
export const emptyFeed: FeedSnapshot = {
  items: [],
  selectedIndex: -1,
  hasOlder: false,
  hasNewer: false,
  loading: null,
  error: null,
  follow: true,
  newBelow: 0,
  filter: defaultFeedFilter,
};

/** State, goals and agents: as they are (`seq` null), or as they were after event `seq`. */
export interface MomentSnapshot {
  seq: number | null;
  /** Null until it is known. */
  state: State | null;
  /** When event `seq` happened, epoch milliseconds; null for now or while it is not known. */
  at: number | null;
  loading: boolean;
  error: ViewError | null;
}

/** What changed in the state between two marks. */
export interface DiffSnapshot {
  from: number;
  to: number;
  changes: readonly JsonChange[];
  loading: boolean;
  error: ViewError | null;
}

export interface FindSnapshot {
  query: string;
  /** Seqs of events that match, ascending. */
  hits: readonly number[];
  /** The hit that was gone to last; -1 for none. */
  index: number;
  loading: boolean;
  /** There may be more hits than these. */
  more: boolean;
  error: ViewError | null;
}

export interface SessionSnapshot {
  sessionId: string;
  now: number;
  connection: Connection;
  /** `missing`: there is no such session, or it was deleted. */
  phase: "loading" | "ready" | "missing" | "failed";
  error: ViewError | null;
  /** The session as it is now; null until it is known. */
  session: Session | null;
  metadata: Metadata | null;
  /** What its producer called it, else the first thing that a person asked of it; see `sessionName`. */
  title: string | null;
  waiting: Waiting | null;
  /** The seq of the newest event. */
  head: number;
  feed: FeedSnapshot;
  moment: MomentSnapshot;
  /** The first mark of a diff, while the second is looked for. */
  mark: number | null;
  diff: DiffSnapshot | null;
  find: FindSnapshot | null;
  /** Events in each of the last seconds, oldest first. */
  rate: readonly number[];
}

/** One session, live, with its whole log within reach. */
export interface SessionView extends Observable<SessionSnapshot> {
  /** Which items are on screen, by index: pages around them are fetched, far results looked up. */
  setVisible(first: number, last: number): void;
  /** Moves the selection by items; leaves follow mode when it goes up. */
  moveSelection(by: number): void;
  /** Selects an item by its key. */
  select(key: string): void;
  /** To the oldest item of the whole log. */
  goFirst(): void;
  /** To the newest item, and follows from there. */
  goLive(): void;
  /** Shows the log around a seq and selects the item that holds it. */
  goTo(seq: number): void;
  /** As {@link goTo}, to the first event at or behind a time (epoch milliseconds). */
  goToTime(at: number): void;
  setFollow(follow: boolean): void;
  setFilter(change: Partial<FeedFilter>): void;

  /** Shows the state as it was after `seq`; null for now. The feed goes along. */
  setMoment(seq: number | null): void;
  /** Steps the moment by events; from now it steps back from the head. Stepping past the head is now. */
  stepMoment(by: number): void;
  /** Sets the first mark at the moment, or, where there is one, shows what changed from there to the moment. */
  markMoment(): void;
  showDiff(from: number, to: number): void;
  clearDiff(): void;

  /** Looks for text in what is loaded and through the source's search, and goes to the next hit. */
  find(query: string): void;
  findNext(by: 1 | -1): void;
  clearFind(): void;

  /** An item's result, or call, that lies outside what is loaded is looked up at the source. */
  resolve(key: string): void;
  close(): void;
}
