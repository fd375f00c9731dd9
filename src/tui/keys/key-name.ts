import type { Key } from "ink";

const named = [
  ["return", "enter"],
  ["escape", "escape"],
  ["upArrow", "up"],
  ["downArrow", "down"],
  ["leftArrow", "left"],
  ["rightArrow", "right"],
  ["pageUp", "pageup"],
  ["pageDown", "pagedown"],
  ["home", "home"],
  ["end", "end"],
  ["backspace", "backspace"],
  ["delete", "backspace"],
] as const satisfies readonly (readonly [keyof Key, string])[];

/**
 * The names of the keys in what Ink took for one input: several where a person types faster than
 * the terminal is read.
 */
export function keyNames(input: string, key: Key): string[] {
  if (key.tab) return [key.shift ? "shift+tab" : "tab"];
  const special = named.find(([flag]) => key[flag]);
  if (special) return [special[1]];
  if (key.ctrl) return input === "" ? [] : [`ctrl+${input.toLowerCase()}`];
  const typed = Array.from(input, nameOfCharacter);
  // Escape and another key in one piece look like Alt with that key, which means nothing here.
  return key.meta ? ["escape", ...typed] : typed;
}

function nameOfCharacter(character: string): string {
  const code = character.codePointAt(0)!;
  if (code >= 32) return code === 127 ? "backspace" : character;
  const known: Record<number, string> = { 8: "backspace", 9: "tab", 10: "enter", 13: "enter", 27: "escape" };
  return known[code] ?? `ctrl+${String.fromCharCode(code + 96)}`;
}
