import { streams, type Stream } from "../../core/event.js";
import type { Session } from "../../core/session.js";
import type { AppendedEvent } from "../session-store.js";
import { EventIds } from "./event-ids.js";
import { streamFile } from "./layout.js";

export type Sizes = Record<Stream, number>;

/** What is acknowledged, or may be as soon as the running commit is durable. */
interface Extent {
  seq: number;
  session: Session;
  sizes: Sizes;
}

/**
 * A session that is being written to. `staged` runs ahead with what has been accepted, `durable`
 * follows with each commit; every read is of `durable`.
 */
export interface HotSession {
  readonly sessionId: string;
  readonly folder: string;
  readonly paths: Record<Stream, string>;
  staged: Extent;
  durable: Extent;
  /** Set while its removal is on its way; resolves when that is settled. */
  leaving: Promise<void> | undefined;
  /** What this turn of the event loop has accepted and not yet written. */
  batch: Batch | undefined;
  /** Batches whose commit is not known yet. */
  pending: number;
  /** Ids that producers gave, of durable events. */
  eventIds: EventIds;
  /** The same, of events that are not durable yet. */
  unsettled: Map<string, AppendedEvent>;
  /** Events up to this seq are not in `eventIds` yet. */
  unscanned: number;
  /** They are being read just now. */
  scanning: boolean;
  /** When the folder was last seen to be there, in milliseconds. */
  checkedAt: number;
  /** The seq that the snapshot files hold. */
  snapshotSeq: number;
  /** Whether there may be a final.json, which is to go where the session is active: also one that a crash has left. */
  hasFinal: boolean;
}

/** What one turn of the event loop appends to one session. */
export interface Batch {
  hot: HotSession;
  first: number;
  last: number;
  /** Lines that are not in `bytes` yet. */
  texts: Record<Stream, string>;
  bytes: Record<Stream, Buffer[]>;
  /** The extent once the batch is durable; set when the turn ends. */
  after: Extent;
  waiters: Waiter[];
  eventIds: AppendedEvent[];
}

export interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
}

export function createHotSession(
  sessionId: string,
  folder: string,
  seq: number,
  session: Session,
  sizes: Sizes,
  now: number,
): HotSession {
  const extent: Extent = { seq, session, sizes };
  return {
    sessionId,
    folder,
    paths: {
      actions: streamFile(folder, "actions"),
      responses: streamFile(folder, "responses"),
      changes: streamFile(folder, "changes"),
    },
    staged: extent,
    durable: extent,
    leaving: undefined,
    batch: undefined,
    pending: 0,
    eventIds: new EventIds(),
    unsettled: new Map(),
    unscanned: seq,
    scanning: false,
    checkedAt: now,
    snapshotSeq: -1,
    hasFinal: seq > 0,
  };
}

export function createBatch(hot: HotSession): Batch {
  return {
    hot,
    first: hot.staged.seq + 1,
    last: hot.staged.seq,
    texts: { actions: "", responses: "", changes: "" },
    bytes: { actions: [], responses: [], changes: [] },
    after: hot.staged,
    waiters: [],
    eventIds: [],
  };
}

/** Turns what was added as text into bytes: an append's texts are then garbage before they are moved about in memory. */
export function packBatch({ texts, bytes }: Batch): void {
  for (const stream of streams) {
    if (texts[stream] === "") continue;
    bytes[stream].push(Buffer.from(texts[stream]));
    texts[stream] = "";
  }
}

export function isBusy(hot: HotSession): boolean {
  return hot.pending > 0 || hot.batch !== undefined || hot.scanning;
}

/** Forgets what was accepted and did not become durable. */
export function rollBack(hot: HotSession): void {
  hot.staged = hot.durable;
  hot.batch = undefined;
  hot.pending = 0;
  hot.unsettled.clear();
}
