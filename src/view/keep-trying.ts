import { backoffDelay } from "../client/backoff.js";
import { AppError } from "../core/errors.js";
import type { ViewClock } from "./observable.js";

export interface KeepTryingOptions {
  clock: ViewClock;
  signal: AbortSignal;
  /** Whether to try again, and told of each try that failed; `retryAt` is epoch milliseconds. */
  failed(error: unknown, attempt: number, retryAt: number): boolean;
  /** In [0, 1); injected by tests. */
  random?: () => number;
}

/** The first answer of `attempt` that is no failure; undefined where that was given up. */
export async function keepTrying<T>(attempt: () => Promise<T>, options: KeepTryingOptions): Promise<T | undefined> {
  const { clock, signal, random = Math.random } = options;
  for (let count = 1; !signal.aborted; count++) {
    try {
      return await attempt();
    } catch (error) {
      // The jitter may be next to nothing; a server that is up and says no is not to be asked in a loop.
      const delay = Math.min(200 * count, 1_000) + backoffDelay(count, { capMs: 5_000, random });
      if (signal.aborted || !options.failed(error, count, clock.now() + delay)) return undefined;
      await pause(clock, delay, signal);
    }
  }
  return undefined;
}

/** Whether the same may well work a little later. */
export function isPassing(error: unknown): boolean {
  return !(error instanceof AppError) || error.retryable || error.code === "internal";
}

/** Resolves after so many milliseconds, or when the signal aborts. */
export function pause(clock: ViewClock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const cancel = clock.setTimer(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
    function done(): void {
      cancel();
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
