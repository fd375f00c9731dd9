import type { Color, Paint } from "./colors.js";
import { displayWidth, pad, printable, truncate } from "./text.js";

export interface Column<T> {
  header: string;
  /** The exact value, as scripts read it. */
  value(row: T): string;
  /** What a person sees instead. */
  show?(row: T): string;
  align?: "left" | "right";
  /** May be cut where the terminal is too narrow. */
  flexible?: boolean;
  color?(row: T): Color | undefined;
}

const gap = "  ";
const narrowest = 8;

/** Rows in aligned columns, cut to the terminal's width, newline-terminated. A column without any value is left out. */
export function formatTable<T>(all: readonly Column<T>[], rows: readonly T[], width: number, paint: Paint): string {
  const columns = all.filter((column) => rows.some((row) => column.value(row) !== ""));
  const cells = rows.map((row) => columns.map((column) => printable((column.show ?? column.value)(row))));
  const widths = fit(
    columns,
    columns.map((column, index) => naturalWidth(column.header, cells, index)),
    width,
  );
  const line = (texts: string[], color: (index: number) => Color | undefined) =>
    texts
      .map((text, index) => {
        const cut = truncate(text, widths[index]!);
        const padded =
          index === texts.length - 1 && columns[index]!.align !== "right"
            ? cut
            : pad(cut, widths[index]!, columns[index]!.align);
        return paint(color(index), padded);
      })
      .join(gap)
      .trimEnd();
  const header = line(
    columns.map(({ header: text }) => text),
    () => "dim",
  );
  const body = cells.map((texts, row) => line(texts, (index) => columns[index]!.color?.(rows[row]!)));
  return [header, ...body].map((text) => `${text}\n`).join("");
}

/** Rows for scripts: exact values, one tab between them, no header. */
export function formatTsv<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  return rows.map((row) => `${columns.map((column) => printable(column.value(row))).join("\t")}\n`).join("");
}

function naturalWidth(header: string, cells: readonly string[][], index: number): number {
  return cells.reduce((widest, row) => Math.max(widest, displayWidth(row[index]!)), displayWidth(header));
}

/** Takes what is too much from the flexible columns, the widest first. */
function fit<T>(columns: readonly Column<T>[], natural: number[], width: number): number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, each) => sum + each, gap.length * (widths.length - 1)) - width;
  const flexible = columns.flatMap((column, index) => (column.flexible ? [index] : []));
  while (excess > 0) {
    const widest = flexible.reduce((best, index) => (widths[index]! > widths[best]! ? index : best), flexible[0] ?? -1);
    if (widest === -1 || widths[widest]! <= narrowest) break;
    widths[widest]! -= 1;
    excess -= 1;
  }
  return widths;
}
