import { Box } from "ink";
import type { SessionSnapshot, SessionView } from "../../view/session-view-types.js";
import { Divider } from "../components/Divider.js";
import { Rows } from "../components/Rows.js";
import { span, type Line } from "../text/line.js";
import { panes, type Ui } from "../state/ui.js";
import { FeedPane } from "./FeedPane.js";
import type { FeedScroll } from "./feed-scroll.js";
import type { Area } from "./session-layout.js";
import { shownState } from "./session-model.js";
import type { SessionParts } from "./session-parts.js";
import { SidePane } from "./SidePane.js";

interface SessionBodyProps {
  view: SessionView;
  snapshot: SessionSnapshot;
  ui: Ui;
  scroll: FeedScroll;
  parts: SessionParts;
  now: number;
  width: number;
  height: number;
}

/** Header, panes and footer of a session. */
export function SessionBody({ view, snapshot, ui, scroll, parts, now, width, height }: SessionBodyProps) {
  const { header, footer, layout, bodyHeight } = parts;
  const current = Math.max(now, snapshot.now);
  const names = layout.tabs ? tabs(snapshot, ui) : undefined;
  const pane = (area: Area) =>
    area.pane === "feed" ? (
      <FeedPane
        key="feed"
        {...{ view, snapshot, ui, scroll }}
        focused={ui.pane === "feed"}
        tabs={names}
        now={current}
        width={area.width}
        height={area.height}
      />
    ) : (
      <SidePane key={area.pane} area={area} snapshot={snapshot} ui={ui} tabs={names} now={current} />
    );
  const gone = goneRows(snapshot, width);
  return (
    <Box flexDirection="column" width={width} height={height}>
      <Rows rows={header} width={width} height={header.length} />
      {gone ? (
        <Rows rows={gone} width={width} height={bodyHeight} />
      ) : (
        <Box flexDirection="row" width={width} height={bodyHeight}>
          <Box flexDirection="column">{layout.left.map(pane)}</Box>
          {layout.right.length > 0 ? <Divider height={bodyHeight} /> : null}
          {layout.right.length > 0 ? <Box flexDirection="column">{layout.right.map(pane)}</Box> : null}
        </Box>
      )}
      <Rows rows={[footer]} width={width} height={1} />
    </Box>
  );
}

function goneRows({ phase, error, sessionId }: SessionSnapshot, width: number) {
  if (phase !== "missing" && phase !== "failed") return null;
  const title = phase === "missing" ? `There is no session '${sessionId}'` : "This session cannot be shown";
  const indent = { text: " ".repeat(Math.max(2, Math.floor((width - 64) / 2))) };
  return [
    [],
    [],
    [indent, span(title, "bad")],
    [],
    [indent, span(error?.message ?? "", "muted")],
    [],
    [indent, span("q goes back to the list.", "muted")],
  ].map((line) => ({ line }));
}

const titles = { feed: "Feed", goals: "Goals", agents: "Agents", state: "State", metrics: "Metrics" } as const;

/** The panes by name, where only one of them has room. */
function tabs(snapshot: SessionSnapshot, ui: Ui): Line {
  const state = shownState(snapshot);
  const counts = {
    feed: "",
    goals:
      state && state.goals.length > 0
        ? ` ${state.goals.filter(({ status }) => status === "completed").length}/${state.goals.length}`
        : "",
    agents: state && state.agents.length > 0 ? ` ${state.agents.length}` : "",
    state: "",
    metrics: "",
  };
  return panes.flatMap((pane, index): Line => {
    const on = pane === ui.pane;
    return [
      span(`${index === 0 ? " " : "  "}${index + 1} `, on ? "accent" : "faint"),
      span(titles[pane], on ? "title" : "muted"),
      span(counts[pane], "faint"),
    ];
  });
}
