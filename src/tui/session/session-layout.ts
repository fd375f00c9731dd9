import type { Pane } from "../state/ui.js";

export interface Area {
  pane: Pane;
  width: number;
  /** With its title. */
  height: number;
}

export interface SessionLayout {
  /** The areas of the left and of the right column, each from top to bottom; the right one may be empty. */
  left: readonly Area[];
  right: readonly Area[];
  /** Panes that have no place are named in a bar of tabs. */
  tabs: boolean;
}

interface LayoutInput {
  width: number;
  /** What the header and the footer leave. */
  height: number;
  pane: Pane;
  zoom: boolean;
  goals: number;
  agents: number;
  metricRows: number;
}

/** From this width on the other panes stand beside the feed. */
const wideFrom = 120;

export function layoutSession({ width, height, pane, zoom, goals, agents, metricRows }: LayoutInput): SessionLayout {
  if (zoom) return { left: [{ pane, width, height }], right: [], tabs: false };
  if (width < wideFrom) return { left: [{ pane, width, height }], right: [], tabs: true };
  const rightWidth = rightWidthOf(width);
  const heights = rightHeights(height, goals, agents, metricRows);
  return {
    left: [{ pane: "feed", width: width - rightWidth - 1, height }],
    right: (["goals", "agents", "state", "metrics"] as const).map((name) => ({
      pane: name,
      width: rightWidth,
      height: heights[name],
    })),
    tabs: false,
  };
}

/** How wide the panes beside the feed are. */
export function rightWidthOf(width: number): number {
  return Math.max(46, Math.min(80, Math.floor(width * 0.36)));
}

/** Goals, agents and metrics take what they need up to a share; the state has the rest. */
function rightHeights(height: number, goals: number, agents: number, metricRows: number) {
  const share = Math.max(3, Math.floor(height / 4));
  const goalHeight = Math.min(share, Math.max(2, goals + 1));
  const agentHeight = Math.min(share, Math.max(2, agents + 1));
  const metricHeight = Math.min(share + 2, metricRows + 1);
  const rest = height - goalHeight - agentHeight - metricHeight;
  return { goals: goalHeight, agents: agentHeight, metrics: metricHeight, state: Math.max(0, rest) };
}
