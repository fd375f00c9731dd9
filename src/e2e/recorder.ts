import { createLiveClient } from "../client/live-client.js";
import type { Subscription } from "../client/live-types.js";
import type { SessionEvent } from "../core/event.js";
import { until } from "./until.js";

/** A live subscriber to all sessions that writes down what it is sent, across restarts of the server. */
export interface Recorder {
  /** What came of one session so far. */
  of(sessionId: string): readonly SessionEvent[];
  /** Waits until an event with this seq came. @throws AppError once `signal` aborts */
  caughtUp(sessionId: string, seq: number, signal: AbortSignal): Promise<void>;
  stop(): void;
}

/** Resolves once the server has greeted it: whatever is written from then on is written down. */
export async function startRecorder(
  url: string,
  onEvent: (event: SessionEvent) => void,
  signal: AbortSignal,
): Promise<Recorder> {
  const sessions = new Map<string, SessionEvent[]>();
  const subscription = createLiveClient({ url, baseMs: 50, capMs: 500 }).subscribe({ signal });
  void record(subscription, sessions, onEvent);
  await until("a live subscription", () => subscription.status.state === "live", signal);
  const of = (sessionId: string) => sessions.get(sessionId) ?? [];
  return {
    of,
    caughtUp: (sessionId, seq, waiting) =>
      until(`event ${seq} of ${sessionId} on the live feed`, () => (of(sessionId).at(-1)?.seq ?? 0) >= seq, waiting),
    stop: () => subscription.close(),
  };
}

async function record(
  subscription: Subscription,
  sessions: Map<string, SessionEvent[]>,
  onEvent: (event: SessionEvent) => void,
): Promise<void> {
  for await (const { cursor: _cursor, ...event } of subscription) {
    if (event.type === "session_deleted") continue;
    const known = sessions.get(event.sessionId) ?? [];
    sessions.set(event.sessionId, known);
    known.push(event);
    onEvent(event);
  }
}
