import { safeLine } from "./safe-text.js";

/** How a piece of output was styled. Colours are an index of the 16, or `#rrggbb`. */
export interface AnsiStyle {
  color?: number | string;
  ground?: number | string;
  bold?: boolean;
  faint?: boolean;
  italic?: boolean;
  underline?: boolean;
  strike?: boolean;
  inverse?: boolean;
}

/** A piece of a line; its text is safe to print. */
export interface AnsiSpan {
  text: string;
  style: AnsiStyle;
}

const plain: AnsiStyle = {};
/** Colours and emphasis (`…m`), and clearing a line (`…K`), which shows nothing. */
const sequences = /\u001b\[([\d;:]{0,80})([mK])/g;

/**
 * Output of a command as lines of styled pieces. Of escape sequences only colours and emphasis are
 * obeyed; every other one is spelled out. A carriage return begins a line, so that nothing that was
 * written over is lost. At most `limit` lines are made.
 */
export function ansiLines(text: string, limit = Infinity): AnsiSpan[][] {
  const lines: AnsiSpan[][] = [];
  let style = plain;
  for (const line of text.split(/\r?\n|\r(?!$)/, Number.isFinite(limit) ? limit : undefined)) {
    const spans: AnsiSpan[] = [];
    let from = 0;
    for (const match of line.matchAll(sequences)) {
      push(spans, line.slice(from, match.index), style);
      from = match.index + match[0].length;
      if (match[2] === "m") style = styled(style, match[1]!);
    }
    push(spans, line.slice(from), style);
    lines.push(spans);
  }
  return lines;
}

/** The text without colours and emphasis; every other sequence stays in it. */
export function withoutColors(text: string): string {
  return text.includes("\u001b[") ? text.replace(sequences, "") : text;
}

function push(spans: AnsiSpan[], text: string, style: AnsiStyle): void {
  if (text !== "") spans.push({ text: safeLine(text.replaceAll("\t", "    ")), style });
}

type Change = (style: AnsiStyle) => AnsiStyle;

const changes: Record<number, Change> = {
  0: () => plain,
  1: (style) => ({ ...style, bold: true }),
  2: (style) => ({ ...style, faint: true }),
  3: (style) => ({ ...style, italic: true }),
  4: (style) => ({ ...style, underline: true }),
  7: (style) => ({ ...style, inverse: true }),
  9: (style) => ({ ...style, strike: true }),
  22: ({ bold: _bold, faint: _faint, ...rest }) => rest,
  23: ({ italic: _italic, ...rest }) => rest,
  24: ({ underline: _underline, ...rest }) => rest,
  27: ({ inverse: _inverse, ...rest }) => rest,
  29: ({ strike: _strike, ...rest }) => rest,
  39: ({ color: _color, ...rest }) => rest,
  49: ({ ground: _ground, ...rest }) => rest,
};

function styled(style: AnsiStyle, parameters: string): AnsiStyle {
  const codes = parameters.split(/[;:]/).map(Number);
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index]!;
    if (code === 38 || code === 48) {
      const { color, taken } = extended(codes, index + 1);
      index += taken;
      if (color !== undefined) style = code === 38 ? { ...style, color } : { ...style, ground: color };
    } else style = changes[code]?.(style) ?? basic(style, code);
  }
  return style;
}

function basic(style: AnsiStyle, code: number): AnsiStyle {
  if (code >= 30 && code <= 37) return { ...style, color: code - 30 };
  if (code >= 40 && code <= 47) return { ...style, ground: code - 40 };
  if (code >= 90 && code <= 97) return { ...style, color: code - 82 };
  if (code >= 100 && code <= 107) return { ...style, ground: code - 92 };
  return style;
}

/** `5;n` of the 256 colours, or `2;r;g;b`. */
function extended(codes: readonly number[], from: number): { color?: number | string; taken: number } {
  if (codes[from] === 5) return { color: indexed(codes[from + 1] ?? -1), taken: 2 };
  if (codes[from] !== 2) return { taken: 0 };
  const parts = codes.slice(from + 1, from + 4);
  const isColor = parts.length === 3 && parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255);
  return { color: isColor ? hex(parts) : undefined, taken: 4 };
}

function indexed(index: number): number | string | undefined {
  if (!Number.isInteger(index) || index < 0 || index > 255) return undefined;
  if (index < 16) return index;
  if (index >= 232) return hex([0, 0, 0].map(() => 8 + (index - 232) * 10));
  const cube = index - 16;
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  return hex([Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level));
}

function hex(parts: readonly number[]): string {
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
