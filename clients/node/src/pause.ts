/** A wait that can be cut short, and that never keeps the process alive. */
export class Pause {
  private timer: NodeJS.Timeout | undefined;
  private finish: (() => void) | undefined;
  private until = 0;
  private readonly clock: () => number;

  constructor(clock: () => number) {
    this.clock = clock;
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.finish = resolve;
      this.schedule(ms);
    });
  }

  private schedule(ms: number): void {
    clearTimeout(this.timer);
    this.until = this.clock() + ms;
    this.timer = setTimeout(() => this.end(), ms);
    this.timer.unref();
  }

  /** Ends the wait in at most so many milliseconds. */
  shorten(ms: number): void {
    if (this.finish && this.until - this.clock() > ms) this.schedule(ms);
  }

  end(): void {
    clearTimeout(this.timer);
    const { finish } = this;
    this.finish = undefined;
    finish?.();
  }
}

/**
 * Milliseconds before try `tries + 1`: doubling from `baseMs` up to `maxMs`, half of it random, so
 * that clients which lost the same server do not come back in step.
 */
export function backoffMs(tries: number, baseMs: number, maxMs: number, random: () => number): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(tries - 1, 30));
  return ceiling / 2 + (random() * ceiling) / 2;
}
