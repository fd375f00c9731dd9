/** How long to wait before another try; milliseconds. */
export interface BackoffOptions {
  baseMs?: number;
  capMs?: number;
  /** In [0, 1); injected by tests. */
  random?: () => number;
}

/**
 * The delay before try `attempt` (from 1): exponential with full jitter, so that clients which
 * lost the same server do not come back in step. Between 0 and min(cap, base · 2^(attempt − 1)).
 */
export function backoffDelay(
  attempt: number,
  { baseMs = 250, capMs = 15_000, random = Math.random }: BackoffOptions = {},
): number {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(attempt - 1, 30));
  return Math.floor(random() * ceiling);
}
