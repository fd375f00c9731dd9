import type { Logger } from "pino";
import type { SessionStore } from "../storage/session-store.js";
import type { Gate } from "./gate.js";
import type { Hub } from "./hub/hub.js";
import type { Metrics } from "./metrics.js";

/** What the routes work with. */
export interface ServerDeps {
  store: SessionStore;
  hub: Hub;
  gate: Gate;
  metrics: Metrics;
  logger: Logger;
  /** Whether a write to an unknown session creates it. */
  implicitSessions: boolean;
  maxBodyBytes: number;
  version: string;
  now: () => number;
  /** True once the server is to end: what still comes is refused. */
  closing: () => boolean;
}
