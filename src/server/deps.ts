import type { Logger } from "pino";
import type { JsonObject } from "../core/json.js";
import type { SessionStore } from "../storage/session-store.js";
import type { Approvals } from "./approvals.js";
import type { Gate } from "./gate.js";
import type { Hub } from "./hub/hub.js";
import type { SetTimer } from "./hub/pacer.js";
import type { Ingest } from "./ingest/ingest.js";
import type { LivenessWatch } from "./ingest/liveness.js";
import type { Metrics } from "./metrics.js";

/** What the routes work with. */
export interface ServerDeps {
  store: SessionStore;
  hub: Hub;
  gate: Gate;
  ingest: Ingest;
  liveness: LivenessWatch;
  approvals: Approvals;
  /** What may be shown of what an agent sent. */
  redact: (data: JsonObject) => JsonObject;
  /** How long an agent waits for the storage to have taken its report. */
  hooks: { longestWaitMs: number; setTimer: SetTimer };
  metrics: Metrics;
  logger: Logger;
  /** Whether a write to an unknown session creates it. */
  implicitSessions: boolean;
  maxBodyBytes: number;
  /** Where the built dashboard lies. */
  dashboardFolder: string;
  version: string;
  now: () => number;
  /** True once the server is to end: what still comes is refused. */
  closing: () => boolean;
}
