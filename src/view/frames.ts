import { createCoalescer, type Coalescer } from "./coalesce.js";
import type { Observable, ViewClock } from "./observable.js";

export interface FramesOptions<T> {
  clock: ViewClock;
  /** At most so many a second. */
  perSecond: number;
  /** The snapshot as things stand. */
  make(): T;
  /** With listeners a frame is made at least this often, as ages and rates change by themselves; milliseconds. */
  tickMs: number;
  /** Called before each of those. */
  onTick?(): void;
}

/**
 * Snapshots at a bounded rate: between two frames the snapshot stays the same, whatever comes. Only
 * what a person did shows at once, as the next key may depend on it.
 */
export class Frames<T> implements Observable<T> {
  private readonly options: FramesOptions<T>;
  private readonly coalescer: Coalescer;
  private readonly listeners = new Set<() => void>();
  private shot: T | undefined;
  private stale = true;
  private acted = false;
  private cancelTick: (() => void) | undefined;

  constructor(options: FramesOptions<T>) {
    this.options = options;
    this.coalescer = createCoalescer(options.clock, options.perSecond, () => this.frame());
  }

  readonly getSnapshot = (): T => {
    if (this.shot === undefined || this.acted || (this.stale && this.listeners.size === 0)) this.take();
    return this.shot!;
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (this.stale && this.shot !== undefined) this.coalescer.request();
    this.startTicking();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.stopTicking();
    };
  };

  /** Something changed. */
  readonly request = (): void => {
    this.stale = true;
    if (this.listeners.size > 0) this.coalescer.request();
  };

  /** A person changed something: whoever asks next sees it. */
  readonly act = (): void => {
    this.acted = true;
    this.request();
  };

  close(): void {
    this.coalescer.close();
    this.stopTicking();
    this.listeners.clear();
  }

  private take(): void {
    this.stale = false;
    this.acted = false;
    this.shot = this.options.make();
  }

  private frame(): void {
    this.take();
    for (const listener of this.listeners) listener();
  }

  private startTicking(): void {
    this.cancelTick ??= this.options.clock.setTimer(() => {
      this.cancelTick = undefined;
      this.options.onTick?.();
      this.request();
      this.startTicking();
    }, this.options.tickMs);
  }

  private stopTicking(): void {
    this.cancelTick?.();
    this.cancelTick = undefined;
  }
}
