/*
 * Text of agents is data: it is shown and never obeyed. Control characters, escape sequences,
 * direction overrides and invisible characters become visible, in a terminal as on a page.
 */

/** Controls, everything that Unicode draws as nothing, what breaks lines, and halves of characters. */
const steering =
  /(?![\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}|\p{Cc}|\u2028|\u2029|[\ufff9-\ufffb]|\p{Surrogate}/gu;
/** What joins emoji to one is no danger between two of them. */
const joiner = /(?<=\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?)\u200d(?=\p{Extended_Pictographic})/gu;
const named: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u001b": "\\e" };
const nothingToDo = /^[\u0020-\u007e]*$/;

/** The text on one line, with everything that could steer a terminal or hide from a reader spelled out. */
export function safeLine(text: string): string {
  if (nothingToDo.test(text)) return text;
  if (!text.includes("\u200d")) return text.replace(steering, spelled);
  const keep = new Set([...text.matchAll(joiner)].map(({ index }) => index));
  return text.replace(steering, (character, index: number) => (keep.has(index) ? character : spelled(character)));
}

/** The text line by line, tabs as spaces; `\r\n` ends a line as `\n` does. At most `limit` lines are made. */
export function safeLines(text: string, limit = Infinity): string[] {
  const lines = text.split(/\r?\n/, Number.isFinite(limit) ? limit : undefined);
  return lines.map((line) => safeLine(line.replaceAll("\t", "  ")));
}

/** The beginning of the text as one line of at most about `length` characters: white space is folded. */
export function brief(text: string, length = 400): string {
  const folded = text
    .slice(0, length * 4)
    .replaceAll(/\s+/g, " ")
    .trim();
  const cut = folded.length > length || text.length > length * 4;
  return safeLine(cut ? `${folded.slice(0, length).replace(/[\ud800-\udbff]$/, "")}…` : folded);
}

function spelled(character: string): string {
  const known = named[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0)!;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, "0")}` : `\\u{${code.toString(16)}}`;
}
