/*
 * Text of agents on a person's terminal: it is shown and never obeyed. Whatever could steer a
 * terminal, hide, or change the direction of what follows is spelled out.
 */

const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;
/**
 * They choose how an emoji looks or make one of several, and terminals disagree about the cells
 * that it takes then. Without them each emoji stands for itself.
 */
const presentation =
  /[\ufe00-\ufe0f]|\p{Emoji_Modifier}|(?<=\p{Extended_Pictographic}.{0,2})\u200d(?=\p{Extended_Pictographic})/gu;
const heapedMarks = /(\p{M}{4})\p{M}+/gu;
/** ASCII and what the dashboard draws with: no text of its own needs a second look. */
const plain = /^[\u0020-\u007e·–…←-⇿⌀-⏿─-◿☀-⛿✓✗]*$/;
const named: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "  ", "\u001b": "\\e" };

/** The text on one line, safe to write to a terminal. */
export function printable(text: string): string {
  if (plain.test(text)) return text;
  return text
    .replace(presentation, "")
    .replace(heapedMarks, "$1")
    .replace(steering, (character) => named[character] ?? escapeOf(character));
}

function escapeOf(character: string): string {
  const hex = character.codePointAt(0)!.toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, "0")}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, "0")}` : `\\u{${hex}}`;
}
