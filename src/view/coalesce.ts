import type { ViewClock } from "./observable.js";

export interface Coalescer {
  /** Something changed: `notify` runs at once, or as soon as the rate allows. */
  request(): void;
  /** Nothing runs any more. */
  close(): void;
}

/**
 * Any number of requests become at most `perSecond` calls of `notify` a second. The first after a
 * quiet time is answered on the next turn of the event loop, and no request is left without a call behind it.
 */
export function createCoalescer(clock: ViewClock, perSecond: number, notify: () => void): Coalescer {
  const interval = 1_000 / perSecond;
  let last = -Infinity;
  let cancel: (() => void) | undefined;
  let closed = false;

  function run(): void {
    cancel = undefined;
    last = clock.now();
    notify();
  }

  return {
    request() {
      if (closed || cancel) return;
      const wait = Math.min(interval, Math.max(0, last + interval - clock.now()));
      cancel = clock.setTimer(run, wait);
    },
    close() {
      closed = true;
      cancel?.();
      cancel = undefined;
    },
  };
}
