import { isJsonObject, type JsonValue } from "../core/json.js";
import { safeLine } from "./safe-text.js";

/** What a piece of JSON text is; a renderer gives each a colour. */
export type JsonTokenKind = "key" | "string" | "number" | "boolean" | "null" | "punctuation" | "space" | "elided";

export interface JsonToken {
  kind: JsonTokenKind;
  /** Safe to print. */
  text: string;
}

export interface JsonTokenOptions {
  /** Lines beyond this are not made: a last line says how many characters are missing. Default 2,000. */
  maxLines?: number;
  /** Texts are cut behind so many characters. Default 10,000. */
  maxText?: number;
}

/** A value as indented JSON, one list of tokens a line. */
export function jsonLines(
  value: JsonValue,
  { maxLines = 2_000, maxText = 10_000 }: JsonTokenOptions = {},
): JsonToken[][] {
  const writer = new LineWriter(maxLines, maxText);
  writer.value(value, 0);
  return writer.finish();
}

/** A value as JSON on one line, cut behind about `length` characters. */
export function jsonTokens(value: JsonValue, length = 400): JsonToken[] {
  const tokens: JsonToken[] = [];
  let left = length;
  const put = (kind: JsonTokenKind, text: string) => {
    left -= text.length;
    tokens.push({ kind, text });
  };
  const walk = (value: JsonValue): boolean => {
    if (left <= 0) return false;
    if (Array.isArray(value))
      return each(
        value.map((item) => () => walk(item)),
        "[",
        "]",
      );
    if (!isJsonObject(value)) {
      put(kindOf(value), scalarText(value, Math.max(left, 1)));
      return true;
    }
    const fields = Object.entries(value).map(([key, child]) => () => {
      put("key", keyText(key, Math.max(left, 1)));
      put("punctuation", ": ");
      return walk(child);
    });
    return each(fields, "{", "}");
  };
  const each = (parts: (() => boolean)[], open: string, close: string): boolean => {
    put("punctuation", open);
    for (const [index, part] of parts.entries()) {
      if (left <= 0 || (index > 0 && (put("punctuation", ", "), left <= 0))) return false;
      if (!part()) return false;
    }
    put("punctuation", close);
    return true;
  };
  if (!walk(value)) tokens.push({ kind: "elided", text: "…" });
  return tokens;
}

export function kindOf(value: JsonValue): JsonTokenKind {
  if (value === null) return "null";
  if (typeof value === "string") return "string";
  if (typeof value === "number") return "number";
  return typeof value === "boolean" ? "boolean" : "punctuation";
}

/** A text, number, boolean or null as JSON; a long text is cut. */
export function scalarText(value: JsonValue, maxText: number): string {
  if (typeof value !== "string" || value.length <= maxText) return safeLine(JSON.stringify(value));
  const missing = value.length - maxText;
  return `${safeLine(JSON.stringify(value.slice(0, maxText).replace(/[\ud800-\udbff]$/, ""))).slice(0, -1)}…" (+${missing})`;
}

function keyText(key: string, maxText: number): string {
  return scalarText(key, maxText);
}

class LineWriter {
  private readonly lines: JsonToken[][] = [];
  private current: JsonToken[] = [];
  private readonly maxLines: number;
  private readonly maxText: number;
  private skipped = 0;

  constructor(maxLines: number, maxText: number) {
    this.maxLines = maxLines;
    this.maxText = maxText;
  }

  finish(): JsonToken[][] {
    this.endLine();
    if (this.skipped > 0) this.lines.push([{ kind: "elided", text: `… ${this.skipped} more lines` }]);
    return this.lines;
  }

  value(value: JsonValue, depth: number): void {
    if (Array.isArray(value)) this.list(value, depth);
    else if (isJsonObject(value)) this.object(value, depth);
    else this.put(kindOf(value), () => scalarText(value, this.maxText));
  }

  private list(list: JsonValue[], depth: number): void {
    if (list.length === 0) return this.put("punctuation", () => "[]");
    this.block("[", "]", depth, list, (item) => this.value(item, depth + 1));
  }

  private object(object: { [key: string]: JsonValue }, depth: number): void {
    const entries = Object.entries(object);
    if (entries.length === 0) return this.put("punctuation", () => "{}");
    this.block("{", "}", depth, entries, ([key, child]) => {
      this.put("key", () => keyText(key, this.maxText));
      this.put("punctuation", () => ": ");
      this.value(child, depth + 1);
    });
  }

  private block<T>(open: string, close: string, depth: number, items: readonly T[], write: (item: T) => void): void {
    this.put("punctuation", () => open);
    for (const [index, item] of items.entries()) {
      this.nextLine(depth + 1);
      write(item);
      if (index < items.length - 1) this.put("punctuation", () => ",");
    }
    this.nextLine(depth);
    this.put("punctuation", () => close);
  }

  private get full(): boolean {
    return this.lines.length >= this.maxLines;
  }

  private put(kind: JsonTokenKind, text: () => string): void {
    if (!this.full) this.current.push({ kind, text: text() });
  }

  private nextLine(depth: number): void {
    this.endLine();
    if (depth > 0) this.put("space", () => "  ".repeat(depth));
  }

  private endLine(): void {
    if (this.full) this.skipped += 1;
    else this.lines.push(this.current);
    this.current = [];
  }
}
