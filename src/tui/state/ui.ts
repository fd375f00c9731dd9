import { defaultFolds, toggleFold, type JsonFolds } from "../../view/json-tree.js";
import { defaultListQuery, type SessionListQuery } from "../../view/session-list-types.js";

export const panes = ["feed", "goals", "agents", "state", "metrics"] as const;
export type Pane = (typeof panes)[number];

/** What a line of text is asked for. */
export type PromptPurpose = "filterText" | "find" | "jump";
export type MenuPurpose = "sort" | "status" | "user" | "types";

export type Overlay =
  | { kind: "help"; offset: number }
  | { kind: "prompt"; purpose: PromptPurpose; text: string }
  | { kind: "menu"; purpose: MenuPurpose; index: number }
  | { kind: "answer"; sessionId: string; offset: number; reason: string | null };

/** A word to the person, on the last line but one, until the next key. */
export interface Notice {
  text: string;
  tone: "ok" | "warn" | "bad";
}

/** What the dashboard itself remembers; what it shows of sessions is the views' own. */
export interface Ui {
  /** The open session; null for the list. */
  sessionId: string | null;
  pane: Pane;
  zoom: boolean;
  /** Items of the feed that are expanded, by their keys. */
  expanded: ReadonlySet<string>;
  folds: JsonFolds;
  /** The row that the cursor is on, in the panes that are lists. */
  cursors: Readonly<Record<Exclude<Pane, "feed">, number>>;
  overlay: Overlay | null;
  notice: Notice | null;
  /** How the list was left, for when it is opened again. */
  list: { query: SessionListQuery; selectedId: string | null };
}

export type UiAction =
  | { type: "openSession"; sessionId: string; list?: Ui["list"] }
  | { type: "openList" }
  | { type: "pane"; pane: Pane }
  | { type: "cyclePane"; by: 1 | -1 }
  | { type: "zoom" }
  | { type: "expand"; key: string; open?: boolean }
  | { type: "fold"; path: string }
  | { type: "folds"; folds: JsonFolds }
  | { type: "cursor"; pane: Exclude<Pane, "feed">; row: number }
  | { type: "overlay"; overlay: Overlay | null }
  | { type: "notice"; notice: Notice | null };

const noCursors = { goals: 0, agents: 0, state: 0, metrics: 0 };

export function initialUi(sessionId: string | null): Ui {
  return {
    sessionId,
    pane: "feed",
    zoom: false,
    expanded: new Set(),
    folds: defaultFolds,
    cursors: noCursors,
    overlay: null,
    notice: null,
    list: { query: defaultListQuery, selectedId: null },
  };
}

/** Pure; the only place where the dashboard's own state changes. */
// oxlint-disable-next-line complexity -- one branch an action, each of them a line
export function reduceUi(ui: Ui, action: UiAction): Ui {
  switch (action.type) {
    case "openSession":
      return { ...initialUi(action.sessionId), list: action.list ?? ui.list };
    case "openList":
      return { ...initialUi(null), list: { ...ui.list, selectedId: ui.sessionId ?? ui.list.selectedId } };
    case "pane":
      return { ...ui, pane: action.pane };
    case "cyclePane":
      return { ...ui, pane: panes.at((panes.indexOf(ui.pane) + action.by) % panes.length)! };
    case "zoom":
      return { ...ui, zoom: !ui.zoom };
    case "expand":
      return { ...ui, expanded: toggled(ui.expanded, action.key, action.open) };
    case "fold":
      return { ...ui, folds: toggleFold(ui.folds, action.path) };
    case "folds":
      return { ...ui, folds: action.folds };
    case "cursor":
      return { ...ui, cursors: { ...ui.cursors, [action.pane]: Math.max(0, action.row) } };
    case "overlay":
      return { ...ui, overlay: action.overlay };
    case "notice":
      return { ...ui, notice: action.notice };
  }
}

function toggled(set: ReadonlySet<string>, key: string, open = !set.has(key)): ReadonlySet<string> {
  if (open === set.has(key)) return set;
  const next = new Set(set);
  if (open) next.add(key);
  else next.delete(key);
  return next;
}
