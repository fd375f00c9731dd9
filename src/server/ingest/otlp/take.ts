import type { NewEvent } from "../../../core/event.js";
import type { SessionStore } from "../../../storage/session-store.js";
import { sessionNotFound } from "../../../storage/store-errors.js";
import { price } from "../cost.js";
import type { Ingest, Known } from "../ingest.js";
import { correct } from "./correct.js";
import { toEvents } from "./draft.js";
import type { SessionTelemetry } from "./map.js";
import { settle } from "./settle.js";

interface Deps {
  store: SessionStore;
  ingest: Ingest;
  implicitSessions: boolean;
}

/**
 * Stores what telemetry tells of a session, and resolves once it is durable. What the session holds
 * already is not stored again; a record that this tells more of is corrected.
 *
 * @throws AppError `session_not_found` where the session may not be made, and as the store does
 */
export async function takeTelemetry(deps: Deps, telemetry: SessionTelemetry): Promise<void> {
  const { sessionId, source } = telemetry;
  const events = await price(toEvents(telemetry.drafts));
  let handed: NewEvent[] = [];
  const map = (known: Known) => {
    if (!known.session && !deps.implicitSessions) throw sessionNotFound(sessionId);
    handed = settle(known, telemetry, events);
    return handed;
  };
  const appended = await deps.ingest.take(sessionId, { source, map });
  for (const [index, { duplicate, seq }] of appended.events.entries()) {
    const event = handed[index];
    if (duplicate && event?.type === "response") await correct({ ...deps, price }, event, { sessionId, source, seq });
  }
}
