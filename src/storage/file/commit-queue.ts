import { streams } from "../../core/event.js";
import type { StoreObserver } from "../session-store.js";
import { feedLine, type Feed } from "./feed.js";
import type { FilePool } from "./file-pool.js";
import { packBatch, type Batch, type HotSession, type Sizes, type Waiter } from "./hot-session.js";
import { deletionHeader, entryHeader, isDeletion, type JournalPart, type JournalRecord } from "./journal-format.js";
import type { Journal } from "./journal.js";

/** The removal of a session, on its way into the journal. */
export interface Removal {
  sessionId: string;
  deletedAt: string;
  waiter: Waiter;
  /** Takes the session away, once its removal is durable. */
  apply(): void;
}

type Item = Batch | Removal;

/** What one fsync makes durable. */
interface Group {
  items: Item[];
  records: JournalRecord[];
}

interface Written {
  group: Group;
  bytes: number;
  fsyncSeconds: number;
}

interface CommitQueueOptions {
  journal: Journal;
  feed: Feed;
  pool: FilePool;
  observer: StoreObserver | undefined;
  onCommitted(records: readonly JournalRecord[], batches: readonly Batch[]): void;
  /**
   * Everything that is not acknowledged has been taken out: appends to the sessions `touched`, and
   * removals. The journal may hold some of it.
   */
  onFailed(error: unknown, touched: ReadonlySet<HotSession>, removals: readonly string[]): void;
}

/**
 * Group commit. Whatever has gathered while the last fsync ran goes into the journal as one group,
 * with one write and one fsync; while the next group's fsync runs, the last one's bytes are written
 * to the session files and its callers hear. So a session file never holds what the journal does
 * not, and whoever was answered finds the event in the file.
 */
export class CommitQueue {
  private readonly options: CommitQueueOptions;
  private turn: Item[] = [];
  private sealing = false;
  private waiting: Group[] = [];
  private inFlight: Item[] = [];
  private running = false;
  private failure: { error: unknown } | undefined;
  private sealedPosition: number;
  private readonly atBoundary: (() => void)[] = [];
  private readonly whenIdle: (() => void)[] = [];

  constructor(options: CommitQueueOptions) {
    this.options = options;
    this.sealedPosition = options.feed.position;
  }

  add(item: Item): void {
    this.turn.push(item);
    if (this.sealing) return;
    this.sealing = true;
    setImmediate(() => this.seal());
  }

  /** Ends the turn of the event loop for what it has gathered. */
  seal(): void {
    this.sealing = false;
    if (this.turn.length === 0) return;
    const items = this.turn;
    this.turn = [];
    this.waiting.push({ items, records: items.map((item) => this.sealOne(item)) });
    void this.run();
  }

  private sealOne(item: Item): JournalRecord {
    const position = this.sealedPosition + 1;
    if ("hot" in item) {
      this.sealedPosition += item.last - item.first + 1;
      return sealBatch(item, position);
    }
    this.sealedPosition = position;
    return { sessionId: item.sessionId, position, deletedAt: item.deletedAt };
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    let unsettled: Written | undefined;
    while (!this.failure && (this.waiting.length > 0 || unsettled)) {
      if (this.atBoundary.length > 0) {
        if (unsettled) this.settle(unsettled);
        unsettled = undefined;
        this.passBoundary();
      }
      const next = this.takeGroup();
      const writing = next && this.write(next);
      if (unsettled) this.settle(unsettled);
      unsettled = await writing;
    }
    this.running = false;
    if (this.failure) this.drop(this.failure.error);
    this.passBoundary();
    if (this.turn.length === 0) this.whenIdle.splice(0).forEach((resolve) => resolve());
  }

  private takeGroup(): Group | undefined {
    if (this.waiting.length === 0) return undefined;
    const groups = this.waiting.splice(0);
    return {
      items: groups.flatMap(({ items }) => items),
      records: groups.flatMap(({ records }) => records),
    };
  }

  /** Resolves once the group is durable; undefined where it failed. */
  private async write(group: Group): Promise<Written | undefined> {
    this.inFlight.push(...group.items);
    const buffers = group.records.flatMap(toBuffers);
    const bytes = buffers.reduce((sum, { length }) => sum + length, 0);
    try {
      return { group, bytes, fsyncSeconds: await this.options.journal.write(buffers) };
    } catch (error) {
      this.failure ??= { error };
      return undefined;
    }
  }

  private settle({ group, bytes, fsyncSeconds }: Written): void {
    try {
      this.writeFeed(group.records);
      group.records.forEach((record, index) => this.writeFiles(record, group.items[index]!));
    } catch (error) {
      this.failure ??= { error };
      return;
    }
    this.options.feed.publish();
    this.inFlight.splice(0, group.items.length);
    const batches = group.items.filter((item) => "hot" in item);
    for (const batch of batches) settleBatch(batch);
    for (const item of group.items) {
      if ("hot" in item) for (const waiter of item.waiters) waiter.resolve();
      else item.waiter.resolve();
    }
    const events = batches.reduce((sum, { first, last }) => sum + last - first + 1, 0);
    this.options.observer?.committed({ events, bytes, fsyncSeconds });
    this.options.onCommitted(group.records, batches);
  }

  private writeFiles(record: JournalRecord, item: Item): void {
    if (!isDeletion(record)) {
      for (const { path, offset, bytes } of record.parts) this.options.pool.append(path, bytes, offset);
    } else if (!("hot" in item)) item.apply();
  }

  private writeFeed(records: readonly JournalRecord[]): void {
    const last = records.at(-1)!;
    const position = isDeletion(last) ? last.position : last.position + last.last - last.first;
    this.options.feed.append(records.map(toFeedLine).join(""), position);
  }

  /** Rejects all that was not acknowledged. Nothing more is accepted until {@link resume}. */
  private drop(error: unknown): void {
    const lost = [...this.inFlight, ...this.waiting.flatMap(({ items }) => items), ...this.turn];
    this.inFlight = [];
    this.waiting = [];
    this.turn = [];
    const touched = new Set(lost.filter((item) => "hot" in item).map(({ hot }) => hot));
    const removals = lost.flatMap((item) => ("hot" in item ? [] : [item.sessionId]));
    this.options.onFailed(error, touched, removals);
    for (const item of lost) {
      if ("hot" in item) for (const waiter of item.waiters) waiter.reject(error);
      else item.waiter.reject(error);
    }
  }

  /** Refuses whatever is not acknowledged yet, and everything after it, until {@link resume}. */
  abort(error: unknown): void {
    this.failure ??= { error };
    if (!this.running) this.drop(this.failure.error);
  }

  /** Accepts again, behind what the journal holds. */
  resume(): void {
    this.sealedPosition = this.options.feed.position;
    this.failure = undefined;
  }

  /** Resolves once what this session has in flight is durable; rejects where it was lost. */
  committed(hot: HotSession): Promise<void> {
    const items = [...this.inFlight, ...this.waiting.flatMap((group) => group.items)];
    const batch = items.filter((item) => "hot" in item).findLast((item) => item.hot === hot);
    if (!batch) return Promise.resolve();
    return new Promise((resolve, reject) => batch.waiters.push({ resolve, reject }));
  }

  /** Runs `action` while no group is being written. */
  between<T>(action: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.atBoundary.push(() => {
        try {
          resolve(action());
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
      if (!this.running) this.passBoundary();
    });
  }

  private passBoundary(): void {
    for (const action of this.atBoundary.splice(0)) action();
  }

  /** Resolves once everything that was accepted is durable or refused. */
  idle(): Promise<void> {
    this.seal();
    if (!this.running) return Promise.resolve();
    return new Promise((resolve) => this.whenIdle.push(resolve));
  }
}

/** Ends a batch: its bytes, and where in the session's files they go. */
function sealBatch(batch: Batch, position: number): JournalRecord {
  const { hot, first, last } = batch;
  packBatch(batch);
  const sizes: Sizes = { ...hot.staged.sizes };
  const parts: JournalPart[] = [];
  for (const stream of streams) {
    const pieces = batch.bytes[stream];
    if (pieces.length === 0) continue;
    const bytes = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
    parts.push({ stream, path: hot.paths[stream], offset: sizes[stream], bytes });
    sizes[stream] += bytes.length;
  }
  batch.after = { seq: last, session: hot.staged.session, sizes };
  hot.staged = batch.after;
  hot.batch = undefined;
  hot.pending += 1;
  return { sessionId: hot.sessionId, position, first, last, parts };
}

function settleBatch({ hot, after, eventIds }: Batch): void {
  hot.durable = after;
  hot.pending -= 1;
  for (const { eventId, seq } of eventIds) {
    hot.eventIds.add(eventId, seq);
    hot.unsettled.delete(eventId);
  }
}

function toBuffers(record: JournalRecord): Buffer[] {
  if (isDeletion(record)) return [Buffer.from(deletionHeader(record))];
  return [Buffer.from(entryHeader(record)), ...record.parts.map(({ bytes }) => bytes)];
}

function toFeedLine(record: JournalRecord): string {
  const { sessionId, position } = record;
  return isDeletion(record)
    ? feedLine({ position, sessionId, first: 0, last: 0, deletedAt: record.deletedAt })
    : feedLine({ position, sessionId, first: record.first, last: record.last, deletedAt: "" });
}
