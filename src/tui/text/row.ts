import type { Ground } from "../theme/styles.js";
import type { Line } from "./line.js";

/** A line of the screen with its ground. */
export interface Row {
  line: Line;
  ground?: Ground;
}

const emptyRow: Row = { line: [] };

/** Exactly `height` rows: cut, or filled with empty ones. */
export function fillRows(rows: readonly Row[], height: number): Row[] {
  const shown = rows.slice(0, Math.max(0, height));
  while (shown.length < height) shown.push(emptyRow);
  return shown;
}
