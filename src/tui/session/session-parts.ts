import type { SessionSnapshot } from "../../view/session-view-types.js";
import { footerLine } from "../components/footer-line.js";
import type { Command } from "../keys/key-table.js";
import type { Ui } from "../state/ui.js";
import { span, type Line } from "../text/line.js";
import type { Row } from "../text/row.js";
import { goalRows } from "./goal-rows.js";
import { metricRows } from "./metric-rows.js";
import { sessionHeader, sessionNotes } from "./session-header.js";
import { layoutSession, rightWidthOf, type SessionLayout } from "./session-layout.js";
import { shownState } from "./session-model.js";

export interface SessionParts {
  header: Row[];
  footer: Row;
  layout: SessionLayout;
  /** Rows that the panes share. */
  bodyHeight: number;
  /** Rows of the pane with the focus. */
  page: number;
}

interface PartsInput {
  snapshot: SessionSnapshot;
  ui: Ui;
  now: number;
  place: string;
  width: number;
  height: number;
}

/** What the screen of a session is made of, and how much room each part has. */
export function sessionParts({ snapshot, ui, now, place, width, height }: PartsInput): SessionParts {
  const current = Math.max(now, snapshot.now);
  const header = [...sessionHeader(snapshot, place, current, width), ...sessionNotes(snapshot, current, width)];
  const footer: Row = { line: lastLine(snapshot, ui, width), ground: "bar" };
  const bodyHeight = height - header.length - 1;
  const state = shownState(snapshot);
  const metrics = snapshot.metadata
    ? metricRows({ metadata: snapshot.metadata, rate: snapshot.rate, now: current, width: rightWidthOf(width) }).length
    : 1;
  const layout = layoutSession({
    width,
    height: bodyHeight,
    pane: ui.pane,
    zoom: ui.zoom,
    goals: goalRows(state?.goals ?? [], ui.expanded, rightWidthOf(width)).rows.length,
    agents: state?.agents.length ?? 0,
    metricRows: metrics,
  });
  const area = [...layout.left, ...layout.right].find(({ pane }) => pane === ui.pane);
  return { header, footer, layout, bodyHeight, page: Math.max(1, (area?.height ?? 2) - 1) };
}

function lastLine(snapshot: SessionSnapshot, ui: Ui, width: number): Line {
  const { overlay, notice } = ui;
  if (overlay?.kind === "prompt") return promptLine(overlay.purpose === "jump" ? "jump" : "find", overlay.text);
  if (notice) return [span(` ${notice.text}`, notice.tone)];
  return footerLine("session", width, usefulNow(snapshot, ui));
}

function usefulNow({ waiting, moment, find, feed }: SessionSnapshot, { pane }: Ui): (Command | false)[] {
  const travels = moment.seq !== null;
  return [
    waiting !== null && "answer",
    find !== null && "findNext",
    travels && "live",
    travels && "mark",
    pane !== "metrics" && "open",
    !travels && !feed.follow && "follow",
    "nextPane",
    "zoom",
    "find",
    "filterTypes",
    "stepBack",
  ];
}

function promptLine(purpose: "find" | "jump", text: string): Line {
  const lead = purpose === "find" ? " / " : " go to ";
  const hint = purpose === "find" ? "" : "   a seq, 14:03, 5m, 2026-01-31 14:03";
  return [span(lead, "key"), span(text, "strong"), span("▏", "accent"), span(text === "" ? hint : "", "faint")];
}
