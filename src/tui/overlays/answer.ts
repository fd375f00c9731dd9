import type { ApprovalsSnapshot } from "../../view/approvals-view.js";
import type { ApprovalDecision, PendingApproval } from "../../view/source.js";
import type { Services } from "../services.js";

/** The oldest request of the session that can be answered. */
export function findRequest({ pending }: ApprovalsSnapshot, sessionId: string): PendingApproval | undefined {
  return pending.find((request) => request.sessionId === sessionId);
}

/** Sends the answer, closes the box, and says how it went. */
export async function decide(services: Services, sessionId: string, decision: ApprovalDecision): Promise<void> {
  const { approvals, ui } = services;
  const request = findRequest(approvals.getSnapshot(), sessionId);
  if (!request) return;
  ui.dispatch({ type: "overlay", overlay: null });
  const error = await approvals.decide(request.approvalId, decision);
  const word = decision.decision === "allow" ? "Allowed" : "Denied";
  ui.dispatch({
    type: "notice",
    notice: error
      ? { text: error.message, tone: "bad" }
      : { text: `${word} ${request.tool} in ${sessionId}`, tone: "ok" },
  });
}
