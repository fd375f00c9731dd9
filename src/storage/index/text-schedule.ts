import type { Teller } from "./teller.js";
import type { TextIndex } from "./text-index.js";

/** A slice of work is about this long, so that what arrives meanwhile is soon answered. */
const sliceMilliseconds = 10;
/** Rest per slice, as a multiple of it, and at least so many milliseconds: new events arrive in the meantime and share a transaction. */
const restFactor = 3;
const leastRest = 25;
/** Above this many sessions one waits for all of them. */
const watchedAtMost = 2000;

interface Waiter {
  /** Sessions still to be indexed; undefined for all there are. */
  ids: string[] | undefined;
  done: () => void;
}

interface ScheduleOptions {
  index: TextIndex;
  teller: Teller;
  onStep: () => void;
  onFailure: (error: unknown) => void;
}

/** Runs the text index a quarter of the time, and all of it while somebody waits for what is not searchable yet. */
export class TextSchedule {
  private readonly options: ScheduleOptions;
  private readonly waiters = new Set<Waiter>();
  private running = false;
  private closed = false;
  private wakeEarly: (() => void) | undefined;

  constructor(options: ScheduleOptions) {
    this.options = options;
  }

  /** There may be new work. */
  wake(): void {
    if (this.running || this.closed) return;
    this.running = true;
    void this.run();
  }

  /** Resolves once everything that is catalogued by now is searchable, or after `limit` milliseconds. */
  async caughtUp(limit = Number.POSITIVE_INFINITY): Promise<void> {
    const ids = this.options.index.pendingIds(watchedAtMost + 1);
    if (ids.length === 0 || limit <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = Number.isFinite(limit) ? setTimeout(() => waiter.done(), limit) : undefined;
      const waiter: Waiter = {
        ids: ids.length > watchedAtMost ? undefined : ids,
        done: () => {
          clearTimeout(timer);
          this.waiters.delete(waiter);
          resolve();
        },
      };
      this.waiters.add(waiter);
      this.wakeEarly?.();
      this.wake();
    });
  }

  /** Stops for good; whoever waits is let go. */
  close(): void {
    this.closed = true;
    this.wakeEarly?.();
    for (const waiter of this.waiters) waiter.done();
  }

  private async run(): Promise<void> {
    const { index, onStep, onFailure, teller } = this.options;
    try {
      await this.rest(0);
      while (!this.closed && index.hasWork()) {
        const started = performance.now();
        index.step(started + sliceMilliseconds, this.urgent());
        onStep();
        if (index.needsTeller) await teller.load();
        await this.rest(performance.now() - started);
      }
    } catch (error) {
      onFailure(error);
    }
    this.running = false;
    for (const waiter of this.waiters) waiter.done();
  }

  private urgent(): string | undefined {
    for (const waiter of this.waiters) {
      while (waiter.ids?.length && !this.options.index.isPending(waiter.ids[0]!)) waiter.ids.shift();
      if (waiter.ids === undefined) return undefined;
      if (waiter.ids.length > 0) return waiter.ids[0];
      waiter.done();
    }
    return undefined;
  }

  private rest(worked: number): Promise<void> {
    if (this.waiters.size > 0) return new Promise((resolve) => setImmediate(resolve));
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.wakeEarly = undefined;
        resolve();
      };
      const timer = setTimeout(end, Math.max(worked * restFactor, leastRest));
      this.wakeEarly = end;
    });
  }
}
