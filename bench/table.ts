import type { Figure } from "./figures.js";

const headings = ["", "figure", "goal", "ratio", "measured", "baseline"];

/** The figures as a table for a terminal. */
export function printTable(figures: readonly Figure[], seconds: number): void {
  const rows = [headings, ...figures.map(cells)];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => align(cell, widths[column]!, column))
      .join("  ")
      .trimEnd(),
  );
  const reached = figures.filter(({ pass }) => pass).length;
  console.log(`${lines.join("\n")}\n\n${reached} of ${figures.length} goals reached, in ${seconds} s`);
}

function cells({ name, goal, ratio, measured, baseline, pass }: Figure): string[] {
  return [pass ? "✓" : "✗", name, goal, Number.isNaN(ratio) ? "" : `${ratio.toFixed(2)} ×`, measured, baseline];
}

function align(cell: string, width: number, column: number): string {
  return column >= 3 ? cell.padStart(width) : cell.padEnd(width);
}
