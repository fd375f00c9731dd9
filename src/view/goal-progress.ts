import type { Goal, GoalStatus } from "../core/state.js";

export interface GoalProgress {
  done: number;
  /** Without those that were given up. */
  total: number;
  /** 0 to 1; 0 where there are none. */
  fraction: number;
  byStatus: Readonly<Record<GoalStatus, number>>;
}

export function goalProgress(goals: readonly Goal[]): GoalProgress {
  const byStatus: Record<GoalStatus, number> = { pending: 0, in_progress: 0, completed: 0, failed: 0, cancelled: 0 };
  for (const { status } of goals) byStatus[status] += 1;
  const total = goals.length - byStatus.cancelled;
  return { done: byStatus.completed, total, fraction: total === 0 ? 0 : byStatus.completed / total, byStatus };
}

const order: Record<GoalStatus, number> = { in_progress: 0, failed: 1, pending: 2, completed: 3, cancelled: 4 };

/** What is worked on first, then what failed, what is to do, and what is over; else in the order they were added. */
export function sortedGoals(goals: readonly Goal[]): Goal[] {
  return goals.toSorted((a, b) => order[a.status] - order[b.status]);
}
