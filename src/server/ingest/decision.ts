import type { Approval, Decision } from "../approvals.js";
import type { Ingest } from "./ingest.js";
import { beginTelling, endTelling } from "./telling/telling.js";
import { endWaits } from "./telling/waits.js";

/** Puts a person's decision into the session's log: the wait is over, and the agent goes on. Resolves with its seq. */
export async function tellDecision(ingest: Ingest, approval: Approval, decision: Decision): Promise<number> {
  const { sessionId, approvalId } = approval;
  const outcome = decision.decision === "allow" ? "allowed" : "denied";
  const { events } = await ingest.take(sessionId, {
    source: "approval",
    unseen: true,
    eventId: `decision:${approvalId}`,
    map: (known) => {
      const telling = beginTelling(known, { source: "approval" });
      endWaits(telling, (wait) => wait.approvalId === approvalId, outcome, decision.reason);
      return endTelling(telling);
    },
  });
  return events[0]?.seq ?? 0;
}
