import { ownEvent, type NewEvent } from "./events.js";
import type { RefusedError } from "./errors.js";
import type { Dropped } from "./spool/lines.js";
import type { Place } from "./spool/spool-file.js";

/** What became of an event. */
export type Outcome =
  | { kind: "stored"; seq: number | undefined; resumed: boolean }
  | { kind: "refused"; error: RefusedError }
  | { kind: "dropped" };

/** An event on its way to the server. */
export interface Entry extends NewEvent {
  /** Its place among all that this agent queued; none for what was left behind and for reports of drops. */
  ordinal: number | undefined;
  /** Milliseconds, of a clock that only goes forward. */
  queuedAt: number;
  place?: Place | undefined;
  settle?: ((outcome: Outcome) => void) | undefined;
  /** Called once it is stored. */
  told?: (() => void) | undefined;
}

type Queueable = NewEvent & Pick<Entry, "place" | "settle" | "told">;

export interface QueueOptions {
  maxQueue: number;
  maxQueueBytes: number;
  batchSize: number;
  batchBytes: number;
  now: () => Date;
  /** Milliseconds, of a clock that only goes forward. */
  clock: () => number;
  onDrop: (entry: Entry) => void;
  onDropsTold: () => void;
}

/**
 * What waits to be sent, in order: the parts of the batch that was taken for a request, what was
 * left behind by others, and what this agent queued. Only the last is bounded, and dropped from.
 */
export class Queue {
  /** Batches that were taken, the first being sent. */
  private readonly parts: Entry[][] = [];
  private readonly leftBehind: Entry[] = [];
  private readonly waiting: Entry[] = [];
  /** Of what this agent queued and is not done with. */
  private bytes = 0;
  private count = 0;
  private lastOrdinal = 0;
  /** The first part is in a request that is being answered. */
  private busy = false;
  /** Not told of yet; it belongs before what follows the ordinal. */
  private dropped: (Dropped & { ordinal: number }) | undefined;
  private readonly options: QueueOptions;

  constructor(options: QueueOptions) {
    this.options = options;
  }

  get isEmpty(): boolean {
    return this.parts.length === 0 && this.leftBehind.length === 0 && this.waiting.length === 0;
  }

  /** Enough waits for a request. */
  get hasFullBatch(): boolean {
    const { batchSize, batchBytes } = this.options;
    return this.count + this.leftBehind.length >= batchSize || this.bytes >= batchBytes;
  }

  /** A batch was taken and is not done with. */
  get hasTaken(): boolean {
    return this.parts.length > 0;
  }

  /** Events that others left and that are in no request yet. */
  get leftCount(): number {
    return this.leftBehind.length;
  }

  /** The ordinal of the newest entry; 0 before the first. */
  get newest(): number {
    return this.lastOrdinal;
  }

  get pendingDrops(): Dropped | undefined {
    if (this.dropped === undefined) return undefined;
    const { count, from, to } = this.dropped;
    return { count, from, to };
  }

  /** The oldest of this agent's own entries that is not done with. */
  oldestOwn(): Entry | undefined {
    for (const part of this.parts) for (const entry of part) if (entry.ordinal !== undefined) return entry;
    return this.waiting[0];
  }

  /** When the oldest entry of all was queued. */
  oldestQueuedAt(): number | undefined {
    return (this.parts[0]?.[0] ?? this.leftBehind[0] ?? this.waiting[0])?.queuedAt;
  }

  /** Whether something that others left, or a report of drops, is not done with. */
  get hasOthers(): boolean {
    return this.leftBehind.length > 0 || this.parts.some((part) => part.some(({ ordinal }) => ordinal === undefined));
  }

  add(event: Queueable): Entry {
    const { maxQueue, maxQueueBytes, clock } = this.options;
    while ((this.count >= maxQueue || this.bytes + event.bytes > maxQueueBytes) && this.dropOldest());
    const entry: Entry = { ...event, ordinal: ++this.lastOrdinal, queuedAt: clock() };
    this.waiting.push(entry);
    this.account(entry, 1);
    return entry;
  }

  /** Queues what another process left, behind what others left before it. */
  addLeft(event: Queueable): void {
    this.leftBehind.push({ ...event, ordinal: undefined, queuedAt: this.options.clock() });
  }

  private account(entry: Entry, sign: 1 | -1): void {
    if (entry.ordinal === undefined) return;
    this.count += sign;
    this.bytes += sign * entry.bytes;
  }

  /** Every entry, in order. */
  *entries(): Generator<Entry> {
    for (const part of this.parts) yield* part;
    yield* this.leftBehind;
    yield* this.waiting;
  }

  private dropOldest(): boolean {
    const entry = this.takeDroppable();
    if (entry === undefined) return false;
    this.account(entry, -1);
    const { count, from } = this.dropped ?? { count: 0, from: entry.timestamp };
    const ordinal = Math.max(this.dropped?.ordinal ?? 0, entry.ordinal!);
    this.dropped = { count: count + 1, from, to: entry.timestamp, ordinal };
    this.options.onDrop(entry);
    entry.settle?.({ kind: "dropped" });
    return true;
  }

  private takeDroppable(): Entry | undefined {
    for (let i = this.busy ? 1 : 0; i < this.parts.length; i++) {
      const part = this.parts[i]!;
      const at = part.findIndex(({ ordinal }) => ordinal !== undefined);
      if (at === -1) continue;
      const [entry] = part.splice(at, 1);
      if (part.length === 0) this.parts.splice(i, 1);
      return entry;
    }
    return this.waiting.shift();
  }

  /** The batch to send next, now in a request; empty where nothing waits. `withOwn`: all that others left is here. */
  take(withOwn: boolean): readonly Entry[] {
    if (this.parts.length === 0) this.takeBatch(withOwn);
    const part = this.parts[0];
    if (part === undefined) return [];
    this.reportDrops(part);
    this.busy = true;
    return this.parts[0]!;
  }

  private takeBatch(withOwn: boolean): void {
    const batch: Entry[] = [];
    const full = this.moveInto(batch, this.leftBehind, 0);
    if (!full && withOwn) this.moveInto(batch, this.waiting, sizeOf(batch));
    if (batch.length > 0) this.parts.push(batch);
  }

  /** Moves what still fits; true where the batch is full. What begins a session travels alone. */
  private moveInto(batch: Entry[], from: Entry[], bytesBefore: number): boolean {
    const { batchSize, batchBytes } = this.options;
    let bytes = bytesBefore;
    let taken = 0;
    let full = batch.at(-1)?.type === "session_created";
    while (!full && taken < from.length) {
      const entry = from[taken]!;
      const alone = entry.type === "session_created";
      const size = batch.length + taken;
      full = size > 0 && (alone || size >= batchSize || bytes + entry.bytes > batchBytes);
      if (full) break;
      taken += 1;
      bytes += entry.bytes;
      full = alone;
    }
    batch.push(...from.splice(0, taken));
    return full;
  }

  /** Puts what tells of drops where they are missing, if that is in this part. */
  private reportDrops(part: Entry[]): void {
    if (this.dropped === undefined) return;
    const { ordinal: after } = this.dropped;
    const at = part.findIndex(({ ordinal }) => ordinal !== undefined && ordinal > after);
    if (at === -1) return;
    const report = this.dropReport();
    if (part[at]!.type === "session_created") this.parts.unshift([report]);
    else part.splice(at, 0, report);
  }

  private dropReport(): Entry {
    const event = dropEvent(this.pendingDrops!, this.options.now());
    this.dropped = undefined;
    return { ...event, ordinal: undefined, queuedAt: 0, told: this.options.onDropsTold };
  }

  /** The request is over and its batch done with. */
  finish(): void {
    this.busy = false;
    for (const entry of this.parts.shift() ?? []) this.account(entry, -1);
  }

  /** The request failed; its batch is to be sent again. */
  release(): void {
    this.busy = false;
  }

  /** The request was refused; each half of its batch is to be sent by itself. */
  halve(): void {
    this.busy = false;
    const part = this.parts.shift()!;
    const middle = Math.floor(part.length / 2);
    this.parts.unshift(part.slice(0, middle), part.slice(middle));
  }
}

function sizeOf(batch: readonly Entry[]): number {
  return batch.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The event that tells of dropped ones. */
export function dropEvent({ count, from, to }: Dropped, now: Date): NewEvent {
  return ownEvent("action", { type: "events_dropped", count, reason: "queue_full", from, to }, now);
}
