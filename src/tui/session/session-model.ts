import type { Agent, Goal, State } from "../../core/state.js";
import type { JsonValue } from "../../core/json.js";
import { agentRows } from "../../view/agent-tree.js";
import { sortedGoals } from "../../view/goal-progress.js";
import { itemJson } from "../../view/item-json.js";
import { valueAt } from "../../view/json-tree.js";
import type { SessionSnapshot } from "../../view/session-view-types.js";
import type { Ui } from "../state/ui.js";
import { stateTree } from "./state-rows.js";

/** What the panes beside the feed show: the moment's state, which is now's while nobody travels. */
export function shownState({ moment, session }: SessionSnapshot): State | null {
  return moment.state ?? (moment.seq === null ? (session?.state ?? null) : null);
}

/** The goal, agent or place in the state that the cursor of a pane is on. */
export function underCursor(
  snapshot: SessionSnapshot,
  ui: Ui,
  now: number,
): { value: JsonValue; name: string } | undefined {
  const state = shownState(snapshot);
  if (ui.pane === "feed") {
    const item = snapshot.feed.items[snapshot.feed.selectedIndex];
    return item && { value: itemJson(item), name: `event ${item.seq}` };
  }
  if (ui.pane === "metrics") {
    return snapshot.metadata ? { value: snapshot.metadata as unknown as JsonValue, name: "metadata" } : undefined;
  }
  if (!state) return undefined;
  if (ui.pane === "goals") return named(goalAt(state, ui.cursors.goals), "goalId", "goal");
  if (ui.pane === "agents") return named(agentAt(state, ui.cursors.agents, now), "agentId", "agent");
  const row = stateTree(state, ui.folds)[ui.cursors.state];
  const value = row && valueAt(state, row.path);
  return value === undefined ? undefined : { value, name: String(row?.key ?? "state") };
}

export function goalAt(state: State, index: number): Goal | undefined {
  return sortedGoals(state.goals)[index];
}

export function agentAt(state: State, index: number, now: number): Agent | undefined {
  return agentRows(state.agents, now)[index]?.agent;
}

function named(value: Goal | Agent | undefined, key: string, word: string) {
  return value && { value: value as JsonValue, name: `${word} ${String(value[key])}` };
}

/** How many rows the pane with the focus has. */
export function rowCount(snapshot: SessionSnapshot, ui: Ui): number {
  const state = shownState(snapshot);
  if (!state) return 0;
  if (ui.pane === "goals") return state.goals.length;
  if (ui.pane === "agents") return state.agents.length;
  if (ui.pane !== "state") return 0;
  return snapshot.diff ? snapshot.diff.changes.length : stateTree(state, ui.folds).length;
}
