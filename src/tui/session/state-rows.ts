import type { State } from "../../core/state.js";
import { jsonTreeRows, type JsonFolds, type JsonTreeRow } from "../../view/json-tree.js";
import { span, type Line } from "../text/line.js";
import { styleOfJson } from "./json-rows.js";

/** What stands elsewhere on the screen. */
const elsewhere = new Set<unknown>(["sessionId", "version", "seq"]);

/** The state without its root: its keys stand at the left edge. */
export function stateTree(state: State, folds: JsonFolds): JsonTreeRow[] {
  return jsonTreeRows(state, folds).filter(({ depth, key }) => depth > 1 || (depth === 1 && !elsewhere.has(key)));
}

export function stateLine({ depth, key, kind, text, open }: JsonTreeRow): Line {
  const fold = open === null ? "  " : open ? "▾ " : "▸ ";
  return [
    span(` ${"  ".repeat(depth - 1)}${fold}`, "faint"),
    ...(key === null ? [] : [span(String(key), typeof key === "number" ? "faint" : "jsonKey"), span(": ", "faint")]),
    span(text, styleOfJson(kind)),
  ];
}
