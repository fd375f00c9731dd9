import type { StyleName } from "../theme/styles.js";
import { cut, widthOf } from "./cells.js";
import { printable } from "./printable.js";

/** A piece of a line in one style. Its text is printable: nothing in it steers the terminal. */
export interface Span {
  text: string;
  style?: StyleName;
}

/** What stands on one line of the screen. */
export type Line = readonly Span[];

/** A piece of a line; text that may come from an agent is made printable here. */
export function span(text: string, style?: StyleName): Span {
  text = printable(text);
  return style === undefined ? { text } : { text, style };
}

export function widthOfLine(line: Line): number {
  return line.reduce((width, { text }) => width + widthOf(text), 0);
}

/** The line in exactly `width` cells: cut with an ellipsis, or filled with spaces. */
export function fitLine(line: Line, width: number): Line {
  const fitted: Span[] = [];
  let left = width;
  for (const piece of line) {
    const taken = widthOf(piece.text);
    if (taken > left) {
      fitted.push({ ...piece, text: cut(piece.text, left) });
      return padded(fitted, width);
    }
    fitted.push(piece);
    left -= taken;
  }
  return padded(fitted, width);
}

function padded(line: Span[], width: number): Line {
  const space = width - widthOfLine(line);
  return space > 0 ? [...line, { text: " ".repeat(space) }] : line;
}

/** `left` from the left and `right` against the right edge; where both do not fit, `left` is cut. */
export function spread(left: Line, right: Line, width: number): Line {
  const rightWidth = widthOfLine(right);
  if (rightWidth >= width) return fitLine(right, width);
  return [...fitLine(left, width - rightWidth), ...right];
}

/** The lines with `separator` between them; empty ones are left out. */
export function joinLines(lines: readonly Line[], separator: Span): Line {
  return lines
    .filter((line) => line.some(({ text }) => text !== ""))
    .flatMap((line, index) => (index === 0 ? line : [separator, ...line]));
}
