import type { Command } from "../keys/key-table.js";
import { liftOne } from "../../view/session-back.js";
import { panes, type Pane } from "../state/ui.js";
import { goalKey } from "./goal-rows.js";
import { agentAt, goalAt, rowCount, shownState, underCursor } from "./session-model.js";
import { stateTree } from "./state-rows.js";
import type { SessionKeys } from "./use-session-keys.js";

/** Does what a key of the session's screen means. */
export function runSessionCommand(keys: SessionKeys, command: Command): void {
  const handled =
    moves(keys, command) ||
    panesOf(keys, command) ||
    unfolds(keys, command) ||
    travels(keys, command) ||
    finds(keys, command);
  if (!handled) leaves(keys, command);
}

const steps: Partial<Record<Command, (page: number) => number>> = {
  up: () => -1,
  down: () => 1,
  pageUp: (page) => -Math.max(1, page - 1),
  pageDown: (page) => Math.max(1, page - 1),
  first: () => -Infinity,
  last: () => Infinity,
};

function moves(keys: SessionKeys, command: Command): boolean {
  const step = steps[command];
  if (!step) return false;
  const { pane } = keys.services.ui.getSnapshot();
  if (pane === "feed") moveFeed(keys, step(keys.page));
  else moveCursor(keys, pane, step(keys.page));
  return true;
}

function moveFeed({ view, scroll, redraw }: SessionKeys, by: number): void {
  if (by === -Infinity) return view.goFirst();
  if (by === Infinity) return view.goLive();
  if (scroll.scrollBy(by)) {
    view.setFollow(false);
    return redraw();
  }
  view.moveSelection(by);
}

function moveCursor({ services: { ui }, view }: SessionKeys, pane: Exclude<Pane, "feed">, by: number): void {
  const state = ui.getSnapshot();
  const last = Math.max(0, rowCount(view.getSnapshot(), state) - 1);
  const from = Math.min(state.cursors[pane], last);
  ui.dispatch({ type: "cursor", pane, row: Math.max(0, Math.min(last, from + by)) });
}

function panesOf({ services: { ui } }: SessionKeys, command: Command): boolean {
  const pane = /^pane([1-5])$/.exec(command)?.[1];
  if (pane !== undefined) ui.dispatch({ type: "pane", pane: panes[Number(pane) - 1]! });
  else if (command === "nextPane") ui.dispatch({ type: "cyclePane", by: 1 });
  else if (command === "previousPane") ui.dispatch({ type: "cyclePane", by: -1 });
  else if (command === "zoom") ui.dispatch({ type: "zoom" });
  else return false;
  return true;
}

function unfolds(keys: SessionKeys, command: Command): boolean {
  if (command !== "open" && command !== "collapse") return false;
  const { ui } = keys.services;
  const { pane } = ui.getSnapshot();
  if (pane === "feed") expandItem(keys, command === "open");
  else if (pane === "state") foldState(keys, command === "open");
  else if (pane === "goals") expandGoal(keys, command === "open");
  else if (pane === "agents" && command === "open") openAgent(keys);
  return true;
}

function expandItem({ view, services: { ui } }: SessionKeys, open: boolean): void {
  const { items, selectedIndex } = view.getSnapshot().feed;
  const item = items[selectedIndex];
  if (!item) return;
  const isOpen = ui.getSnapshot().expanded.has(item.key);
  if (!isOpen && open) {
    view.resolve(item.key);
    view.setFollow(false);
  }
  ui.dispatch({ type: "expand", key: item.key, open: open ? !isOpen : false });
}

function expandGoal({ view, services: { ui } }: SessionKeys, open: boolean): void {
  const state = shownState(view.getSnapshot());
  const { cursors, expanded } = ui.getSnapshot();
  const goal = state && goalAt(state, Math.min(cursors.goals, state.goals.length - 1));
  if (!goal) return;
  const key = goalKey(goal);
  ui.dispatch({ type: "expand", key, open: open && !expanded.has(key) });
}

function foldState({ view, services: { ui } }: SessionKeys, open: boolean): void {
  const state = shownState(view.getSnapshot());
  const { folds, cursors } = ui.getSnapshot();
  if (!state) return;
  const rows = stateTree(state, folds);
  const row = rows[Math.min(cursors.state, rows.length - 1)];
  if (!row) return;
  if (row.open !== null && (open || row.open)) return ui.dispatch({ type: "fold", path: row.path });
  if (open) return;
  const parent = rows.slice(0, rows.indexOf(row)).findLastIndex(({ depth }) => depth < row.depth);
  if (parent !== -1) ui.dispatch({ type: "cursor", pane: "state", row: parent });
}

/** An agent with a session of its own opens there; of another the feed shows what it did. */
function openAgent({ view, services: { ui, clock } }: SessionKeys): void {
  const state = shownState(view.getSnapshot());
  const agent = state && agentAt(state, ui.getSnapshot().cursors.agents, clock.now());
  if (!agent) return;
  const own = agent["subsession"];
  if (typeof own === "string" && own !== "") return ui.dispatch({ type: "openSession", sessionId: own });
  view.setFilter({ agentId: agent.agentId });
  ui.dispatch({ type: "pane", pane: "feed" });
}

function travels({ view, services: { ui } }: SessionKeys, command: Command): boolean {
  const by: Partial<Record<Command, number>> = { stepBack: -1, stepForward: 1, leapBack: -100, leapForward: 100 };
  if (by[command] !== undefined) view.stepMoment(by[command]);
  else if (command === "jump") ui.dispatch({ type: "overlay", overlay: { kind: "prompt", purpose: "jump", text: "" } });
  else if (command === "mark") markOrCompare(view, ui);
  else if (command === "live") {
    view.setMoment(null);
    view.clearDiff();
    view.goLive();
  } else return false;
  return true;
}

/** The second mark shows what changed, from the earlier of the two to the later. */
function markOrCompare(view: SessionKeys["view"], ui: SessionKeys["services"]["ui"]): void {
  const { mark, moment, head } = view.getSnapshot();
  if (mark === null) return view.markMoment();
  const here = moment.seq ?? head;
  view.showDiff(Math.min(mark, here), Math.max(mark, here));
  ui.dispatch({ type: "pane", pane: "state" });
}

function finds({ view, services: { ui } }: SessionKeys, command: Command): boolean {
  const { find, feed } = view.getSnapshot();
  const runs: Partial<Record<Command, () => void>> = {
    find: () => ui.dispatch({ type: "overlay", overlay: { kind: "prompt", purpose: "find", text: find?.query ?? "" } }),
    findNext: () => view.findNext(1),
    findPrevious: () => view.findNext(-1),
    filterTypes: () => ui.dispatch({ type: "overlay", overlay: { kind: "menu", purpose: "types", index: 0 } }),
    minor: () => view.setFilter({ minor: !feed.filter.minor }),
    follow: () => (feed.follow ? view.setFollow(false) : view.goLive()),
  };
  runs[command]?.();
  return runs[command] !== undefined;
}

function leaves(keys: SessionKeys, command: Command): void {
  const { ui } = keys.services;
  if (command === "quit") ui.dispatch({ type: "openList" });
  else if (command === "help") ui.dispatch({ type: "overlay", overlay: { kind: "help", offset: 0 } });
  else if (command === "back") goBack(keys);
  else void takeOut(keys, command);
}

/** Lifts one thing after the other, and at last leaves the session. */
function goBack({ view, services: { ui } }: SessionKeys): void {
  if (liftOne(view)) return;
  ui.dispatch({ type: ui.getSnapshot().zoom ? "zoom" : "openList" });
}

async function takeOut({ view, services }: SessionKeys, command: Command): Promise<void> {
  const { ui, clock } = services;
  const snapshot = view.getSnapshot();
  const { sessionId } = snapshot;
  const say = (text: string, tone: "ok" | "warn" | "bad" = "ok"): void =>
    ui.dispatch({ type: "notice", notice: { text, tone } });
  try {
    if (command === "answer") {
      return ui.dispatch({ type: "overlay", overlay: { kind: "answer", sessionId, offset: 0, reason: null } });
    }
    if (command === "export") return say(`Exported to ${await services.exportSession(sessionId)}`);
    const chosen = underCursor(snapshot, ui.getSnapshot(), clock.now());
    if (!chosen) return say("There is nothing under the cursor.", "warn");
    const json = JSON.stringify(chosen.value, null, 2);
    if (command === "pager") return await services.page(json, `${sessionId} ${chosen.name}.json`.replaceAll("/", "-"));
    if (services.copy(json)) say(`Copied ${chosen.name}`);
    else say(`${chosen.name} is too long for a terminal's clipboard; o opens it in the pager.`, "warn");
  } catch (error) {
    say((error as Error).message, "bad");
  }
}
