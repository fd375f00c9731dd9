import type { LiveStatus } from "../client/live-types.js";
import type { ViewError } from "./observable.js";

/**
 * How what is shown stands to its source; all times are epoch milliseconds. `lost`: what is shown is
 * as old as `since`, and `retryAt` (null while a try is under way) is when it is tried again.
 * `failed`: it will not be tried again.
 */
export type Connection =
  | { state: "connecting"; attempt: number }
  | { state: "live"; since: number }
  | { state: "lost"; since: number; attempt: number; retryAt: number | null; reason: string }
  | { state: "failed"; since: number; error: ViewError }
  | { state: "closed" };

export const connecting: Connection = { state: "connecting", attempt: 1 };

/** The connection after the live client told of `status`. */
export function reduceConnection(before: Connection, status: LiveStatus, now: number): Connection {
  switch (status.state) {
    case "live":
      return before.state === "live" ? before : { state: "live", since: now };
    case "connecting":
      return before.state === "lost"
        ? { ...before, retryAt: null, attempt: status.attempt }
        : tryAgain(before, status.attempt, now);
    case "waiting":
      return { ...lost(before, now), attempt: status.attempt, retryAt: status.retryAt, reason: status.reason };
    case "paused": // This side is slow; the rest is fetched as soon as it has caught up.
      return before;
    case "closed":
      return before.state === "failed" ? before : { state: "closed" };
  }
}

function tryAgain(before: Connection, attempt: number, now: number): Connection {
  return before.state === "live" ? { ...lost(before, now), attempt, retryAt: null } : { state: "connecting", attempt };
}

function lost(before: Connection, now: number) {
  const since = before.state === "lost" || before.state === "failed" ? before.since : now;
  return {
    state: "lost" as const,
    since,
    attempt: 1,
    retryAt: null,
    reason: before.state === "lost" ? before.reason : "",
  };
}
