import { bindings, shownKey, type Binding, type Screen } from "../keys/key-table.js";
import { fit, widthOf } from "../text/cells.js";
import { fitLine, span, type Line } from "../text/line.js";
import type { Row } from "../text/row.js";

const keysWidth = 9;
const gap = 3;
const columnWidth = keysWidth + 1 + Math.max(...bindings.map(({ does }) => widthOf(does)));

/** Every key of the screen by what it is for: in two columns where one is too long and there is room, and how wide that is. */
export function helpRows(screen: Screen, width: number, height: number): { rows: Row[]; width: number } {
  const blocks = blocksOf(screen);
  const lines = blocks.flatMap((block, index) => (index === 0 ? block : [[] as Line, ...block]));
  const two = columnWidth * 2 + gap;
  if (lines.length <= height || width < two) return { rows: lines.map((line) => ({ line })), width: columnWidth };
  return { rows: besides(balance(blocks, Math.ceil(lines.length / 2))), width: two };
}

function blocksOf(screen: Screen): Line[][] {
  const here = bindings.filter((binding) => binding.screen === screen || binding.screen === "both");
  return [...new Set(here.map(({ group }) => group))].map((group) => [
    [span(group, "title")],
    ...here.filter((binding) => binding.group === group).map(bindingLine),
  ]);
}

function bindingLine({ keys, does }: Binding): Line {
  return [span(fit(keys.map(shownKey).join(" "), keysWidth), "key"), { text: " " }, span(does)];
}

/** The blocks in two lists of about the same length. */
function balance(blocks: readonly Line[][], half: number): [Line[], Line[]] {
  const columns: [Line[], Line[]] = [[], []];
  for (const block of blocks) {
    const column = columns[columns[0].length + block.length <= half + 2 && columns[1].length === 0 ? 0 : 1];
    column.push(...(column.length > 0 ? [[]] : []), ...block);
  }
  return columns;
}

function besides([left, right]: [Line[], Line[]]): Row[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => ({
    line: [...fitLine(left[index] ?? [], columnWidth + gap), ...(right[index] ?? [])],
  }));
}
