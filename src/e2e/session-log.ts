import type { Client } from "../client/http-client.js";
import type { SessionEvent } from "../core/event.js";
import type { JsonObject } from "../core/json.js";
import type { Metadata } from "../core/metadata.js";
import type { State } from "../core/state.js";

/** All that the public API tells of one session, and what a live subscriber wrote down meanwhile. */
export interface SessionLog {
  sessionId: string;
  /** The stored log, in order of seq. */
  events: SessionEvent[];
  /** What the subscriber was sent, in the order in which it came. */
  live: SessionEvent[];
  metadata: Metadata;
  state: State;
  final: JsonObject | null;
}

/** Reads a session whole. @throws AppError `session_not_found` */
export async function readSessionLog(
  client: Client,
  sessionId: string,
  live: readonly SessionEvent[],
): Promise<SessionLog> {
  const events: SessionEvent[] = [];
  for await (const event of client.streamEvents(sessionId)) events.push(event);
  const { metadata, state, final } = await client.getSession(sessionId, { limit: 1 });
  return { sessionId, events, live: [...live], metadata, state, final };
}
