import { Box, Text } from "ink";
import { memo, use } from "react";
import { fitLine } from "../text/line.js";
import { fillRows, type Row } from "../text/row.js";
import { ThemeContext } from "../theme/theme-context.js";

interface RowsProps {
  rows: readonly Row[];
  width: number;
  height: number;
}

/** Rows of a pane, each in exactly `width` cells: whatever was there before is painted over. */
export function Rows({ rows, width, height }: RowsProps) {
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0}>
      {fillRows(rows, height).map((row, index) => (
        <OneRow key={index} row={row} width={width} />
      ))}
    </Box>
  );
}

const OneRow = memo(function OneRow({ row, width }: { row: Row; width: number }) {
  const theme = use(ThemeContext);
  return <Text wrap="truncate">{theme.paint(fitLine(row.line, width), row.ground)}</Text>;
});
