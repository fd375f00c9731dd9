import { AppError } from "../../core/errors.js";
import type { Notice } from "./index-thread.js";
import type { BatchEntry } from "./protocol.js";
import type { IndexChange } from "./session-index.js";

const batchSize = 500;
/** Milliseconds between batches that nobody waits for: a busy session is sent once in that time. */
const restTime = 50;
const retryTime = 1000;

interface Waiter {
  /** Resolves behind this many batches. */
  batch: number;
  resolve: () => void;
}

/**
 * Changes on their way to the index: the newest of each session, one batch at a time, at leisure
 * unless somebody waits. A batch that is refused is kept and sent again.
 */
export class ChangeQueue {
  private readonly send: (batch: string) => Promise<void>;
  private readonly onNotice: ((notice: Notice) => void) | undefined;
  private readonly pending = new Map<string, BatchEntry>();
  private waiters: Waiter[] = [];
  private done = 0;
  private sending = false;
  private stopped = false;
  private failure: unknown;
  private timer: NodeJS.Timeout | undefined;

  /** `send` takes the text of a JSON array of {@link BatchEntry}. */
  constructor(send: (batch: string) => Promise<void>, onNotice?: (notice: Notice) => void) {
    this.send = send;
    this.onNotice = onNotice;
  }

  add(changes: readonly IndexChange[]): void {
    if (this.stopped) return;
    for (const { sessionId, metadata } of changes) {
      const earlier = this.pending.get(sessionId);
      const replaced = earlier !== undefined && (earlier.replaced || earlier.metadata === null);
      this.pending.set(sessionId, { sessionId, metadata, replaced });
    }
    if (!this.sending && this.pending.size > 0) this.flushIn(restTime);
  }

  /** Nothing is on its way. */
  get isEmpty(): boolean {
    return !this.sending && this.pending.size === 0;
  }

  /** Resolves once everything added before was sent, or could not be. */
  async settled(): Promise<void> {
    const batches = (this.sending ? 1 : 0) + Math.ceil(this.pending.size / batchSize);
    if (batches === 0 || this.failure !== undefined) return;
    const settled = new Promise<void>((resolve) => this.waiters.push({ batch: this.done + batches, resolve }));
    this.flush();
    await settled;
  }

  /** @throws AppError `index_unavailable` where changes are held back because the index refuses them */
  throwIfFailing(): void {
    if (this.failure === undefined) return;
    throw new AppError("index_unavailable", "The index takes no changes for now; they are kept and sent again.", {
      cause: this.failure,
    });
  }

  /** Nobody takes changes any more: forgets what there is, and what comes. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.pending.clear();
  }

  async close(): Promise<void> {
    await this.settled();
    this.stop();
  }

  private flushIn(milliseconds: number): void {
    this.timer ??= setTimeout(() => this.flush(), milliseconds);
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.sending || this.pending.size === 0) return;
    const batch: BatchEntry[] = [];
    for (const entry of this.pending.values()) {
      this.pending.delete(entry.sessionId);
      if (batch.push(entry) === batchSize) break;
    }
    this.sending = true;
    this.send(JSON.stringify(batch)).then(
      () => this.finish(undefined),
      (error: unknown) => this.refused(batch, error),
    );
  }

  private refused(batch: readonly BatchEntry[], error: unknown): void {
    if (this.stopped) return this.finish(undefined);
    const newer = [...this.pending.values()];
    this.pending.clear();
    for (const entry of batch) this.pending.set(entry.sessionId, entry);
    for (const entry of newer) {
      const older = this.pending.get(entry.sessionId);
      const replaced = entry.replaced || (older !== undefined && (older.replaced || older.metadata === null));
      this.pending.set(entry.sessionId, { ...entry, replaced });
    }
    if (this.failure === undefined) {
      const detail = { error: error instanceof Error ? error.message : String(error) };
      this.onNotice?.({
        level: "error",
        message: "The index takes no changes for now; lists and search fall behind.",
        detail,
      });
    }
    this.finish(error);
  }

  private finish(failure: unknown): void {
    this.failure = failure;
    this.sending = false;
    this.done += 1;
    const waiters = this.waiters;
    this.waiters = waiters.filter(({ batch }) => failure === undefined && batch > this.done);
    for (const waiter of waiters) if (!this.waiters.includes(waiter)) waiter.resolve();
    if (this.pending.size === 0) return;
    if (failure !== undefined) this.flushIn(retryTime);
    else if (this.waiters.length > 0) this.flush();
    else this.flushIn(restTime);
  }
}
