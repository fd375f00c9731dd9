import type { JsonObject } from "../../../core/json.js";
import type { SessionStore } from "../../../storage/session-store.js";
import type { Ingest } from "../ingest.js";

/** What taking in a transcript works with. */
export interface TranscriptDeps {
  store: SessionStore;
  ingest: Ingest;
  /** As the ingest does it: what is stored is compared with what it leaves. */
  redact: (data: JsonObject) => JsonObject;
  now: () => number;
  /** Whether an unknown session is created. */
  implicitSessions: boolean;
}
