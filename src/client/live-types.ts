import type { LiveEvent } from "./types.js";

/** What to follow: one session, one user's sessions, or all. */
export interface SubscribeOptions {
  session?: string;
  user?: string;
  /** Of one session: everything past this seq comes first; without it, only what is new. */
  after?: number;
  /** Of many sessions: everything past this place in the log of all sessions comes first. */
  cursor?: string;
  signal?: AbortSignal;
  onStatus?: (status: LiveStatus) => void;
}

/**
 * How a subscription stands. `attempt` counts tries since it was last live, `retryAt` is epoch
 * milliseconds. `paused`: the consumer is slow, so the connection is given up until it caught up.
 */
export type LiveStatus =
  | { state: "connecting"; attempt: number }
  | { state: "live" }
  | { state: "waiting"; attempt: number; retryAt: number; reason: string }
  | { state: "paused" }
  | { state: "closed" };

/** One consumer's view: iterate it once. Iteration ends on close and throws what cannot be retried. */
export interface Subscription extends AsyncIterable<LiveEvent> {
  readonly status: LiveStatus;
  close(): void;
}

/** Timers as the client uses them; injected by tests. Returns the way to cancel. */
export type SetTimer = (run: () => void, milliseconds: number) => () => void;

export const realTimer: SetTimer = (run, milliseconds) => {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
};
