import { Box } from "ink";
import { fitLine, span, widthOfLine, type Line } from "../text/line.js";
import type { Row } from "../text/row.js";
import { Rows } from "./Rows.js";

interface OverlayProps {
  title: string;
  rows: readonly Row[];
  /** Below the rows: what the keys do here. */
  footer?: Line;
  /** Of the screen. */
  columns: number;
  lines: number;
  /** Of the box; it is as narrow as its rows where that is less. */
  width: number;
}

/** A box in the middle of the screen, over everything else. */
export function Overlay({ title, rows, footer = [], columns, lines, width }: OverlayProps) {
  const boxWidth = Math.min(width, columns - 2);
  const inner = boxWidth - 4;
  const shown = rows.slice(0, Math.max(1, lines - 4));
  const height = shown.length + 2 + (footer.length > 0 ? 1 : 0);
  const framed = (row: Row): Row => ({
    ...row,
    line: [span("│", "accent"), { text: " " }, ...fitLine(row.line, inner), { text: " " }, span("│", "accent")],
  });
  const edge = `─ ${title} `;
  const all: Row[] = [
    { line: [span(`╭${edge}${"─".repeat(Math.max(0, boxWidth - widthOfLine([span(edge)]) - 2))}╮`, "accent")] },
    ...shown.map(framed),
    ...(footer.length > 0 ? [framed({ line: footer })] : []),
    { line: [span(`╰${"─".repeat(Math.max(0, boxWidth - 2))}╯`, "accent")] },
  ];
  return (
    <Box
      position="absolute"
      marginLeft={Math.max(0, Math.floor((columns - boxWidth) / 2))}
      marginTop={Math.max(0, Math.floor((lines - height) / 3))}
    >
      <Rows rows={all} width={boxWidth} height={height} />
    </Box>
  );
}
