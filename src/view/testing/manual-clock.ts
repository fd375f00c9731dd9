import type { ViewClock } from "../observable.js";

export interface ManualClock extends ViewClock {
  /** Runs what is due up to then, in order; what is due at once runs in turns of its own. */
  advance(milliseconds: number): Promise<void>;
  readonly timers: number;
}

/** A clock that stands still until it is told to go on. */
export function manualClock(start = Date.parse("2026-03-01T12:00:00.000Z")): ManualClock {
  let now = start;
  let timers: { at: number; run: () => void }[] = [];
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    now: () => now,
    setTimer(run, milliseconds) {
      const timer = { at: now + milliseconds, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    get timers() {
      return timers.length;
    },
    async advance(milliseconds) {
      const end = now + milliseconds;
      await settle();
      for (;;) {
        const due = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers = timers.filter((other) => other !== due);
        now = Math.max(now, due.at);
        due.run();
        await settle();
      }
      now = end;
      await settle();
    },
  };
}
