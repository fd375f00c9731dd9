import { isJsonObject, type JsonValue } from "../core/json.js";
import { kindOf, scalarText, type JsonTokenKind } from "./json-tokens.js";
import { safeLine } from "./safe-text.js";

/** A visible line of a foldable JSON tree. */
export interface JsonTreeRow {
  /** Identifies the place: keys and indexes from the root as a JSON array; the root is `[]`. */
  path: string;
  depth: number;
  /** Null for the root, an index for an element of a list. */
  key: string | number | null;
  kind: JsonTokenKind | "object" | "array";
  /** Of a scalar its JSON; of an object or a list `{3}` or `[12]`: how much is in it. Safe to print. */
  text: string;
  /** Null where there is nothing to unfold. */
  open: boolean | null;
}

/** Which places are open: those deeper than `depth` only where they are named, others unless they are named. */
export interface JsonFolds {
  depth: number;
  toggled: ReadonlySet<string>;
}

export const defaultFolds: JsonFolds = { depth: 1, toggled: new Set() };

/** Opens what is closed, and closes what is open. */
export function toggleFold(folds: JsonFolds, path: string): JsonFolds {
  const toggled = new Set(folds.toggled);
  if (!toggled.delete(path)) toggled.add(path);
  return { ...folds, toggled };
}

/** The visible rows, at most `limit` of them (default 10,000). */
export function jsonTreeRows(value: JsonValue, folds: JsonFolds = defaultFolds, limit = 10_000): JsonTreeRow[] {
  const rows: JsonTreeRow[] = [];
  const visit = (value: JsonValue, key: string | number | null, parts: readonly (string | number)[]): void => {
    if (rows.length >= limit) return;
    const path = JSON.stringify(parts);
    const depth = parts.length;
    const children = childrenOf(value);
    const open = children.length === 0 ? null : depth < folds.depth !== folds.toggled.has(path);
    const shownKey = typeof key === "string" ? safeLine(key) : key;
    rows.push({ path, depth, key: shownKey, kind: treeKind(value), text: rowText(value, children.length), open });
    if (open) for (const [key, child] of children) visit(child, key, [...parts, key]);
  };
  visit(value, null, []);
  return rows;
}

/** Opens the way to each place whose key or text holds `query` (any case); returns those places too. */
export function findInJson(value: JsonValue, query: string, folds: JsonFolds): { folds: JsonFolds; hits: string[] } {
  const needle = query.toLowerCase();
  const hits: string[] = [];
  const toggled = new Set(folds.toggled);
  const visit = (value: JsonValue, key: string | number | null, parts: readonly (string | number)[]): boolean => {
    const path = JSON.stringify(parts);
    const children = childrenOf(value);
    const own =
      needle !== "" && `${key ?? ""}\n${children.length > 0 ? "" : String(value)}`.toLowerCase().includes(needle);
    if (own) hits.push(path);
    let below = false;
    for (const [key, child] of children) below = visit(child, key, [...parts, key]) || below;
    if (below && parts.length < folds.depth === toggled.has(path)) {
      if (!toggled.delete(path)) toggled.add(path);
    }
    return own || below;
  };
  visit(value, null, []);
  return { folds: { ...folds, toggled }, hits };
}

/** The value at a row's path; undefined where there is none any more. */
export function valueAt(root: JsonValue, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const part of JSON.parse(path) as (string | number)[]) {
    if (Array.isArray(value) && typeof part === "number") value = value[part];
    else if (isJsonObject(value) && Object.hasOwn(value, part)) value = value[part];
    else return undefined;
  }
  return value;
}

function childrenOf(value: JsonValue): [string | number, JsonValue][] {
  if (Array.isArray(value)) return value.map((item, index) => [index, item]);
  return isJsonObject(value) ? Object.entries(value) : [];
}

function treeKind(value: JsonValue): JsonTreeRow["kind"] {
  if (Array.isArray(value)) return "array";
  return isJsonObject(value) ? "object" : kindOf(value);
}

function rowText(value: JsonValue, children: number): string {
  if (Array.isArray(value)) return `[${children || ""}]`;
  return isJsonObject(value) ? `{${children || ""}}` : scalarText(value, 1_000);
}
