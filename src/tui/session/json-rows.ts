import type { JsonValue } from "../../core/json.js";
import type { JsonToken, JsonTokenKind } from "../../view/json-tokens.js";
import { jsonLines } from "../../view/json-tokens.js";
import { safeLines } from "../../view/safe-text.js";
import { widthOf, wrap } from "../text/cells.js";
import { span, type Line } from "../text/line.js";
import { printable } from "../text/printable.js";
import type { StyleName } from "../theme/styles.js";

const styles: Record<JsonTokenKind, StyleName | undefined> = {
  key: "jsonKey",
  string: "jsonString",
  number: "jsonNumber",
  boolean: "jsonLiteral",
  null: "jsonLiteral",
  punctuation: "faint",
  space: undefined,
  elided: "muted",
};

export function styleOfJson(kind: JsonTokenKind | "object" | "array"): StyleName | undefined {
  return kind === "object" || kind === "array" ? "faint" : styles[kind];
}

/** A value as indented, coloured JSON in lines of at most `width` cells. */
export function jsonRows(value: JsonValue, width: number): Line[] {
  return jsonLines(value).flatMap((tokens) => wrappedTokens(tokens, width));
}

/** A long text breaks where the line ends and goes on under itself. */
function wrappedTokens(tokens: readonly JsonToken[], width: number): Line[] {
  const indent = tokens[0]?.kind === "space" ? tokens[0].text.length : 0;
  const hang = " ".repeat(Math.min(indent + 2, Math.floor(width / 2)));
  const lines: Line[] = [];
  let line: ReturnType<typeof span>[] = [];
  let used = 0;
  for (const { kind, text } of tokens) {
    let rest = printable(text);
    while (widthOf(rest) > width - used) {
      const [first = ""] = wrap(rest, Math.max(8, width - used));
      if (first.length >= rest.length) break;
      line.push(span(first, styleOfJson(kind)));
      lines.push(line);
      rest = rest.slice(first.length).trimStart();
      line = [{ text: hang }];
      used = hang.length;
    }
    line.push(span(rest, styleOfJson(kind)));
    used += widthOf(rest);
  }
  lines.push(line);
  return lines;
}

/** A text of several lines, each wrapped to `width`. */
export function textRows(text: string, width: number, style?: StyleName, limit = 2_000): Line[] {
  const lines = safeLines(text, limit + 1);
  const shown = lines
    .slice(0, limit)
    .flatMap((line) => wrap(printable(line), width).map((part) => [span(part, style)]));
  return lines.length > limit ? [...shown, [span("… more", "muted")]] : shown;
}
