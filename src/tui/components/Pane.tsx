import { Box } from "ink";
import type { Line } from "../text/line.js";
import { joinLines, span, spread, widthOfLine } from "../text/line.js";
import type { Row } from "../text/row.js";
import { Rows } from "./Rows.js";

interface PaneProps {
  title: string;
  /** The key that leads there. */
  digit: string;
  focused: boolean;
  /** In place of the title: the names of all panes, where this one is alone on the screen. */
  tabs?: Line | undefined;
  /** Behind the title, and at the right edge. */
  about?: Line;
  right?: Line;
  rows: readonly Row[];
  width: number;
  height: number;
}

/** A titled part of the screen. */
export function Pane({ title, digit, focused, tabs, about = [], right = [], rows, width, height }: PaneProps) {
  if (height <= 0) return null;
  const heading = tabs
    ? spread(tabs, joinLines([about, right], span("  ")), width)
    : paneTitle({ title, digit, focused, about, right, width });
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0}>
      <Rows rows={[tabs ? { line: heading, ground: "bar" } : { line: heading }]} width={width} height={1} />
      <Rows rows={rows} width={width} height={height - 1} />
    </Box>
  );
}

function paneTitle({
  title,
  digit,
  focused,
  about,
  right,
  width,
}: Required<Omit<PaneProps, "rows" | "height" | "tabs">>): Line {
  const left: Line = [
    span(focused ? "▪" : " ", "accent"),
    span(digit, focused ? "accent" : "faint"),
    span(` ${title} `, focused ? "title" : "muted"),
    ...(about.length > 0 ? [...about, { text: " " }] : []),
  ];
  const rule = width - widthOfLine(left) - widthOfLine(right) - (right.length > 0 ? 1 : 0);
  return [
    ...left,
    span("─".repeat(Math.max(0, rule)), focused ? "muted" : "faint"),
    ...(right.length > 0 ? [{ text: " " }, ...right] : []),
  ];
}
