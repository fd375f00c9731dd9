import type { Agent } from "../core/state.js";
import type { FeedKind, ItemStatus } from "./feed-types.js";
import type { Observable, ViewError } from "./observable.js";

/** A stretch of time; epoch milliseconds. */
export interface TimeRange {
  from: number;
  to: number;
}

/** Something that an agent did, as a bar; of no length where it only happened. */
export interface TimelineSpan extends TimeRange {
  key: string;
  /** Of its first event. */
  seq: number;
  kind: FeedKind;
  status: ItemStatus;
  /** Its end is not known: the bar reaches to the end of what is. */
  open: boolean;
  /** Spans at the same time lie below each other: the first is 0. */
  row: number;
  /** Safe to print. */
  label: string;
  text: string;
}

/** What one agent did. */
export interface TimelineLane {
  /** Null for the main agent. */
  agentId: string | null;
  name: string;
  depth: number;
  /** When it was at work, as far as that is known. */
  life: TimeRange | null;
  rows: number;
  spans: readonly TimelineSpan[];
}

export interface TimelineSnapshot {
  /** The whole session; null until something of it is known. */
  domain: TimeRange | null;
  /** The part that the lanes show. */
  window: TimeRange | null;
  /** How many events there were in each of as many equal parts of the domain. */
  density: readonly number[];
  lanes: readonly TimelineLane[];
  /** The window holds more events than are shown one by one: agents, prompts and the density alone. */
  coarse: boolean;
  loading: boolean;
  error: ViewError | null;
}

/** A session's whole time at a glance, and any part of it in detail. */
export interface TimelineView extends Observable<TimelineSnapshot> {
  /** What is known of the session; told again whenever it changed. */
  update(facts: TimelineFacts): void;
  /** Shows a part; null for everything. */
  setWindow(window: TimeRange | null): void;
  /** Makes the part shorter (factor below 1) or longer around a time. */
  zoom(factor: number, around?: number): void;
  /** Moves the part by a share of its length. */
  pan(by: number): void;
  /** About which seq the session had at a time. */
  seqAt(time: number): number;
  timeOf(seq: number): number;
  close(): void;
}

export interface TimelineFacts {
  head: number;
  begin: number;
  /** Of the newest event, or now where the session goes on. */
  end: number;
  agents: readonly Agent[];
}
