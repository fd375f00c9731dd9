import type { Background } from "./palette.js";

/** Asks a terminal for the colour of its ground (OSC 11, xterm's control sequences). */
export const backgroundQuery = "\u001b]11;?\u001b\\";

/** An answer to {@link backgroundQuery}, wherever it stands in what the terminal sent. */
export const backgroundAnswer = /\u001b\]11;([^\u0007\u001b]*)(?:\u0007|\u001b\\)/;

/** What the answer says: `rgb:RRRR/GGGG/BBBB` with one to four hexadecimal digits each. */
export function parseBackground(color: string): Background | undefined {
  const match = /^rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})/i.exec(color);
  if (!match) return undefined;
  const [red, green, blue] = match.slice(1).map((part) => Number.parseInt(part, 16) / (16 ** part.length - 1));
  // Relative luminance (ITU-R BT.709).
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue! > 0.5 ? "light" : "dark";
}

/** What `COLORFGBG` says, as rxvt and its like set it: the ground comes last, 7 and 9 to 15 are light. */
export function backgroundOfEnv(value: string | undefined): Background | undefined {
  const index = /(?:^|;)(\d{1,3})$/.exec(value ?? "")?.[1];
  if (index === undefined) return undefined;
  return Number(index) === 7 || Number(index) > 8 ? "light" : "dark";
}
