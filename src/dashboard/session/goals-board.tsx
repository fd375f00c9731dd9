import { memo } from "react";
import { goalStatuses, type Goal, type GoalStatus } from "../../core/state.js";
import { formatAge } from "../../view/format.js";
import { goalProgress, sortedGoals } from "../../view/goal-progress.js";
import { brief } from "../../view/safe-text.js";
import type { Tone } from "../shared/badge.js";
import { Icon } from "../shared/icon.js";
import { LoadingState } from "../shared/states.js";
import { useSession } from "./session-context.js";
import "./goals-board.css";

const columns: Record<GoalStatus, { title: string; tone: Tone }> = {
  in_progress: { title: "In progress", tone: "accent" },
  failed: { title: "Failed", tone: "error" },
  pending: { title: "To do", tone: "neutral" },
  completed: { title: "Done", tone: "ok" },
  cancelled: { title: "Given up", tone: "neutral" },
};

/** The goals by how far they are, as of the moment that is shown. */
export function GoalsBoard() {
  const goals = useSession((snapshot) => snapshot.moment.state?.goals);
  const past = useSession((snapshot) => snapshot.moment.seq !== null);
  const at = useSession((snapshot) => snapshot.moment.at ?? Math.floor(snapshot.now / 10_000) * 10_000);
  if (!goals) return <LoadingState />;
  if (goals.length === 0) {
    return (
      <p className="session-pane session-pane-empty">
        {past
          ? "No goals at this point."
          : "No goals. They appear here when the agent sets some, such as a to-do list."}
      </p>
    );
  }
  const { done, total, fraction } = goalProgress(goals);
  const byStatus = Map.groupBy(sortedGoals(goals), ({ status }) => status);
  const order = [...byStatus.keys()];
  return (
    <div className="session-pane goals" tabIndex={0} role="region" aria-label="Goals">
      <div className="goals-progress">
        <progress className="goals-bar" max={1} value={fraction} aria-label="Goals that are done" />
        <span>
          {done} of {total} done
        </span>
      </div>
      <div className="goals-columns">
        {order.map((status) => (
          <section key={status} className="goals-column" aria-label={columns[status].title}>
            <h2 className={`goals-title goals-title-${columns[status].tone}`}>
              {columns[status].title} <span className="faint">{byStatus.get(status)!.length}</span>
            </h2>
            <ul>
              {byStatus
                .get(status)!
                .slice(0, most)
                .map((goal) => (
                  <GoalCard key={goal.goalId} goal={goal} now={at} />
                ))}
            </ul>
            {byStatus.get(status)!.length > most && (
              <p className="faint">{byStatus.get(status)!.length - most} more. The state has all.</p>
            )}
          </section>
        ))}
      </div>
    </div>
  );
}

/** More than a person reads; the state has them all. */
const most = 200;

const GoalCard = memo(function GoalCard({ goal, now }: { goal: Goal; now: number }) {
  const { description, status, priority, updated, goalId } = goal;
  const text = brief(description, 600);
  const isPriority = typeof priority === "string" || typeof priority === "number";
  return (
    <li className={`goals-card goals-card-${goalStatuses.includes(status) ? status : "pending"}`}>
      <GoalMark status={status} />
      <span className="goals-text">{text === "" ? <span className="mono">{brief(goalId, 80)}</span> : text}</span>
      {isPriority && (
        <span className="goals-priority" title="Priority">
          {brief(String(priority), 20)}
        </span>
      )}
      <span className="goals-age" title="Last changed">
        {formatAge(Date.parse(updated), now)}
      </span>
    </li>
  );
});

function GoalMark({ status }: { status: GoalStatus }) {
  if (status === "completed")
    return (
      <span className="goals-mark goals-mark-ok">
        <Icon name="check" size={12} />
      </span>
    );
  if (status === "failed")
    return (
      <span className="goals-mark goals-mark-error">
        <Icon name="close" size={11} />
      </span>
    );
  return <span className={`goals-mark goals-mark-${status}`} aria-hidden="true" />;
}
