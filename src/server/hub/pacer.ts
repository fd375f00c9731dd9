/** Schedules work; injected by tests. Returns the way to cancel. */
export type SetTimer = (run: () => void, milliseconds: number) => () => void;

export const realTimer: SetTimer = (run, milliseconds) => {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
};

const longestPauseMs = 20;

/**
 * Runs a flush at once where it is idle, and lets a pause as long as the last flush took (at most
 * 20 ms) pass between two, so that under load what arrives meanwhile goes out together.
 */
export class Pacer {
  private readonly flush: () => Promise<void>;
  private readonly setTimer: SetTimer;
  private running = false;
  private wanted = false;
  private busyMs = 0;
  private notBefore = 0;
  private cancel: (() => void) | undefined;

  constructor(flush: () => Promise<void>, setTimer: SetTimer) {
    this.flush = flush;
    this.setTimer = setTimer;
  }

  /** Counts towards the pause behind the flush that is running. */
  busy(milliseconds: number): void {
    this.busyMs += milliseconds;
  }

  request(): void {
    if (this.running) {
      this.wanted = true;
      return;
    }
    if (this.cancel) return;
    const wait = this.notBefore - performance.now();
    if (wait <= 0) return void this.run();
    this.cancel = this.setTimer(() => {
      this.cancel = undefined;
      void this.run();
    }, wait);
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
  }

  private async run(): Promise<void> {
    this.running = true;
    this.wanted = false;
    this.busyMs = 0;
    await this.flush();
    this.running = false;
    this.notBefore = performance.now() + Math.min(longestPauseMs, this.busyMs);
    if (this.wanted) this.request();
  }
}
