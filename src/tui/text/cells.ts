import widestLine from "widest-line";

/** ASCII, and what the dashboard itself draws with: one cell each in every terminal. */
const plain = /^[\u0020-\u007e·–…←↑→↓⇥⇧⊘⏎─-▟■▪▲▸▼▾◀◆◇◌○●◐⚐✓✗]*$/;
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const widths = new Map<string, number>();
const rememberedWidths = 4_000;

/** How many terminal cells printable text takes, counted as Ink counts them. */
export function widthOf(text: string): number {
  if (plain.test(text)) return text.length;
  let width = widths.get(text);
  if (width === undefined) {
    if (widths.size >= rememberedWidths) widths.clear();
    width = widestLine(text);
    widths.set(text, width);
  }
  return width;
}

/** As much of the text as fits `width` cells; a wide character that does not fit whole is left out. */
function startOf(text: string, width: number): string {
  if (width <= 0) return "";
  if (plain.test(text)) return text.slice(0, width);
  let used = 0;
  let result = "";
  for (const { segment } of segmenter.segment(text)) {
    used += plain.test(segment) ? 1 : widthOf(segment);
    if (used > width) break;
    result += segment;
  }
  return result;
}

/** The text cut to `width` cells, with an ellipsis where something is missing. */
export function cut(text: string, width: number): string {
  if (text.length <= width * 4 && widthOf(text) <= width) return text;
  return width <= 0 ? "" : `${startOf(text, width - 1)}…`;
}

export type Align = "left" | "right";

/** The text in exactly `width` cells. */
export function fit(text: string, width: number, align: Align = "left"): string {
  const shown = cut(text, width);
  const space = " ".repeat(Math.max(0, width - widthOf(shown)));
  return align === "left" ? shown + space : space + shown;
}

/** The text in pieces of at most `width` cells, broken at spaces where there are any. */
export function wrap(text: string, width: number): string[] {
  if (width <= 0) return [];
  const lines: string[] = [];
  for (let rest = text; ;) {
    if (rest.length <= width * 4 && widthOf(rest) <= width) return [...lines, rest];
    const start = startOf(rest, width) || rest.slice(0, 1);
    const space = start.lastIndexOf(" ");
    const end = rest[start.length] === " " || space <= width / 2 ? start.length : space + 1;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).replace(/^ /, "");
    if (rest === "") return lines;
  }
}
