/** A text after a key, as line editors know them; undefined where the key does not edit. */
export function editText(text: string, key: string): string | undefined {
  if (key === "backspace") return Array.from(text).slice(0, -1).join("");
  if (key === "ctrl+u") return "";
  if (key === "ctrl+w") return text.replace(/\S*\s*$/, "");
  return Array.from(key).length === 1 ? text + key : undefined;
}
