import { useState } from "react";
import { formatNumberOf } from "../../view/format.js";
import { useView } from "../../view/use-view.js";
import { ApprovalCard } from "../shared/approval-card.js";
import { Button } from "../shared/button.js";
import { useServices } from "../shared/services.js";
import "./approvals.css";

const shownAtFirst = 3;

/** Permission requests that can be answered from here, above everything else. */
export function Approvals() {
  const { approvals, clock } = useServices();
  const { pending } = useView(approvals);
  const [all, setAll] = useState(false);
  if (pending.length === 0) return null;
  const shown = all ? pending : pending.slice(0, shownAtFirst);
  return (
    <section className="approvals" aria-label="Permission requests">
      <h2 className="approvals-title">
        {formatNumberOf(pending.length, "agent waits", "agents wait")} for your permission
      </h2>
      <div className="approvals-cards">
        {shown.map((approval) => (
          <ApprovalCard key={approval.approvalId} approval={approval} now={clock.now()} withSession />
        ))}
      </div>
      {pending.length > shown.length && (
        <Button kind="quiet" size="sm" onClick={() => setAll(true)}>
          Show all {pending.length}
        </Button>
      )}
    </section>
  );
}
