import { Pane } from "../components/Pane.js";
import type { Line } from "../text/line.js";
import { span } from "../text/line.js";
import type { Row } from "../text/row.js";

export interface ListPaneProps {
  title: string;
  digit: string;
  focused: boolean;
  tabs?: Line | undefined;
  about?: Line;
  rows: readonly Row[];
  /** The row with the cursor; null where the pane has none. */
  cursor: number | null;
  empty: string;
  width: number;
  height: number;
}

/** A pane of rows with a cursor; it shows those around the cursor. */
export function ListPane({ title, digit, focused, tabs, about, rows, cursor, empty, width, height }: ListPaneProps) {
  const room = height - 1;
  const at = cursor === null ? -1 : Math.max(0, Math.min(rows.length - 1, cursor));
  const from = cursor === null || !focused ? 0 : Math.max(0, Math.min(at - Math.floor(room / 2), rows.length - room));
  const shown = rows
    .slice(from, from + room)
    .map((row, index): Row => (focused && index + from === at ? { ...row, ground: "selected" } : row));
  const hidden = rows.length - shown.length;
  return (
    <Pane
      title={title}
      digit={digit}
      focused={focused}
      tabs={tabs}
      about={about ?? []}
      right={hidden > 0 && room > 0 ? [span(`+${hidden} `, "faint")] : []}
      rows={rows.length === 0 ? [{ line: [span(`  ${empty}`, "faint")] }] : shown}
      width={width}
      height={height}
    />
  );
}
