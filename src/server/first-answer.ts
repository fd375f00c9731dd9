import type { EventType, SessionEvent } from "../core/event.js";
import { parsePage } from "../storage/page.js";
import type { AppendedEvent, SessionStore } from "../storage/session-store.js";
import { invalidInput } from "./input/parse.js";

/**
 * The stored event that a repeated write hit, to answer again as the first time.
 *
 * @throws AppError `invalid_input` where the key was another call's
 */
export async function firstWrite(
  store: SessionStore,
  sessionId: string,
  { seq }: AppendedEvent,
  type: EventType,
): Promise<SessionEvent> {
  const [event] = parsePage<SessionEvent>(await store.readPage(sessionId, { of: "events", after: seq - 1, limit: 1 }));
  if (event?.seq === seq && event.type === type) return event;
  const message = "was used for another call on this session; use a new one for each write";
  throw invalidInput([{ path: "Idempotency-Key", message }]);
}
