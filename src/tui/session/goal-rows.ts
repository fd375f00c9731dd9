import type { Goal, GoalStatus } from "../../core/state.js";
import { goalProgress, sortedGoals } from "../../view/goal-progress.js";
import { brief } from "../../view/safe-text.js";
import { progressBar } from "../text/bars.js";
import { span, type Line, type Span } from "../text/line.js";
import type { Row } from "../text/row.js";
import { goalDetail } from "./goal-detail.js";

const marks: Record<GoalStatus, Span> = {
  in_progress: { text: "◐", style: "accent" },
  pending: { text: "○", style: "faint" },
  completed: { text: "●", style: "ok" },
  failed: { text: "✗", style: "bad" },
  cancelled: { text: "–", style: "faint" },
};

export interface GoalRows {
  rows: Row[];
  /** In which row each goal begins. */
  starts: number[];
}

/** A goal a line, and below those that are expanded everything about them. */
export function goalRows(goals: readonly Goal[], expanded: ReadonlySet<string>, width: number): GoalRows {
  const rows: Row[] = [];
  const starts: number[] = [];
  for (const goal of sortedGoals(goals)) {
    starts.push(rows.length);
    rows.push({ line: goalLine(goal) });
    if (expanded.has(goalKey(goal))) rows.push(...goalDetail(goal, width).map((line) => ({ line })));
  }
  return { rows, starts };
}

/** What the goal is called among what is expanded. */
export function goalKey({ goalId }: Goal): string {
  return `goal ${goalId}`;
}

function goalLine({ status, description, goalId, priority }: Goal): Line {
  const over = status === "completed" || status === "cancelled";
  const text = brief(description === "" ? goalId : description);
  return [
    { text: " " },
    marks[status],
    { text: " " },
    span(text, status === "in_progress" ? "strong" : over ? "muted" : status === "failed" ? "bad" : undefined),
    ...(priority === undefined || priority === null || priority === "normal" || priority === "medium"
      ? []
      : [span(`  ${brief(String(priority), 20)}`, "faint")]),
  ];
}

/** How far the goals are, for the title of their pane. */
export function goalSummary(goals: readonly Goal[], width: number): Line {
  if (goals.length === 0) return [];
  const { done, total, fraction } = goalProgress(goals);
  const { filled, rest } = progressBar(fraction, Math.max(6, Math.min(16, Math.floor(width / 4))));
  return [
    span(`${done}/${total}`, "text"),
    { text: "  " },
    span(filled, "ok"),
    span(rest.replaceAll(" ", "·"), "faint"),
  ];
}
