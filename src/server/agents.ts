import type { Logger } from "pino";
import { createRedactor } from "../core/redaction.js";
import type { JsonObject } from "../core/json.js";
import type { SessionStore } from "../storage/session-store.js";
import { Approvals } from "./approvals.js";
import type { ServerDeps } from "./deps.js";
import { realTimer, type SetTimer } from "./hub/pacer.js";
import { tellDecision } from "./ingest/decision.js";
import { hookSources } from "./ingest/hook-sources.js";
import { createIngest } from "./ingest/ingest.js";
import { createLivenessWatch, type LivenessLimits, type LivenessWatch } from "./ingest/liveness.js";
import { realProcesses, type Processes } from "./ingest/liveness-process.js";

/** What tests set of how agents are listened to and watched. */
export interface AgentOptions {
  processes?: Processes;
  setTimer?: SetTimer;
  limits?: Partial<LivenessLimits>;
  /** How long an agent waits for the storage to have taken its report; then it is let go. */
  longestWaitMs?: number;
}

interface AgentsOptions extends AgentOptions {
  store: SessionStore;
  now: () => number;
  logger: Logger;
}

const usualWaitMs = 1_000;

/** What takes the reports of agents in, and watches whether the agents are there. */
export function createAgents(
  options: AgentsOptions,
): Pick<ServerDeps, "ingest" | "liveness" | "approvals" | "redact" | "hooks"> {
  const { store, now, logger, processes = realProcesses, setTimer = realTimer, limits } = options;
  const redactor = createRedactor();
  const redact = (data: JsonObject) => redactor(data) as JsonObject;
  const ingest = createIngest({
    store,
    now,
    logger,
    redact: (event) => ({ ...event, data: redact(event.data) }),
    onTaken: (sessionId) => liveness.heard(sessionId),
    onStored: (events) => {
      for (const { data } of events)
        if (typeof data["approvalId"] === "string" && data["type"] === "wait_ended")
          approvals.settle(data["approvalId"]);
    },
  });
  const sources = Object.keys(hookSources);
  const liveness: LivenessWatch = createLivenessWatch({
    store,
    ingest,
    now,
    logger,
    processes,
    setTimer,
    sources,
    ...(limits && { limits }),
  });
  const approvals = new Approvals({
    tell: (approval, decision) => tellDecision(ingest, approval, decision),
    now,
    setTimer,
  });
  const hooks = { longestWaitMs: options.longestWaitMs ?? usualWaitMs, setTimer };
  return { ingest, liveness, approvals, redact, hooks };
}
