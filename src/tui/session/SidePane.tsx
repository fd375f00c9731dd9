import type { SessionSnapshot } from "../../view/session-view-types.js";
import type { State } from "../../core/state.js";
import { formatExact } from "../../view/format.js";
import type { Ui } from "../state/ui.js";
import { span, type Line } from "../text/line.js";
import { agentTreeRows } from "./agent-rows.js";
import { diffRows, diffTitle } from "./diff-rows.js";
import { goalRows, goalSummary } from "./goal-rows.js";
import { ListPane, type ListPaneProps } from "./ListPane.js";
import { metricRows } from "./metric-rows.js";
import type { Area } from "./session-layout.js";
import { shownState } from "./session-model.js";
import { stateLine, stateTree } from "./state-rows.js";

interface SidePaneProps {
  area: Area;
  snapshot: SessionSnapshot;
  ui: Ui;
  tabs: Line | undefined;
  now: number;
}

type Content = Pick<ListPaneProps, "title" | "digit" | "about" | "rows" | "empty"> & { cursor?: number };

/** Goals, agents, state or metrics, as of the moment that is shown. */
export function SidePane({ area: { pane, width, height }, snapshot, ui, tabs, now }: SidePaneProps) {
  if (pane === "feed") return null;
  const state = shownState(snapshot);
  const contents = {
    goals: () => goalsContent(state, ui, width),
    agents: () => agentsContent(state, snapshot.moment.at ?? now, width),
    state: () => (snapshot.diff ? diffContent(snapshot.diff) : stateContent(state, ui)),
    metrics: () => metricsContent(snapshot, now, width),
  };
  const cursor = pane === "metrics" ? null : ui.cursors[pane];
  return <ListPane cursor={cursor} {...contents[pane]()} {...{ tabs, width, height }} focused={ui.pane === pane} />;
}

function goalsContent(state: State | null, { cursors, expanded }: Ui, width: number): Content {
  const goals = state?.goals ?? [];
  const { rows, starts } = goalRows(goals, expanded, width);
  const cursor = starts[Math.min(cursors.goals, starts.length - 1)] ?? 0;
  return { title: "Goals", digit: "2", about: goalSummary(goals, width), rows, cursor, empty: "no goals" };
}

function agentsContent(state: State | null, at: number, width: number): Content {
  const agents = state?.agents ?? [];
  const active = agents.filter(({ status }) => status === "active").length;
  const about: Line = [
    span(`${active} at work`, active > 0 ? "agent" : "faint"),
    span(` of ${agents.length}`, "faint"),
  ];
  return {
    title: "Agents",
    digit: "3",
    about: agents.length === 0 ? [] : about,
    rows: agentTreeRows(agents, at, width),
    empty: "no agents besides the main one",
  };
}

function diffContent(diff: NonNullable<SessionSnapshot["diff"]>): Content {
  return { title: "Changes", digit: "4", about: [span(diffTitle(diff), "mark")], rows: diffRows(diff), empty: "" };
}

function stateContent(state: State | null, ui: Ui): Content {
  return {
    title: "State",
    digit: "4",
    about: state ? [span(`version ${formatExact(state.version)}`, "faint")] : [],
    rows: state ? stateTree(state, ui.folds).map((row) => ({ line: stateLine(row) })) : [],
    empty: "reading …",
  };
}

function metricsContent({ metadata, rate }: SessionSnapshot, now: number, width: number): Content {
  const rows = metadata ? metricRows({ metadata, rate, now, width }) : [];
  return { title: "Metrics", digit: "5", rows, empty: "reading …" };
}
