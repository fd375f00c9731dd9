import type { DiffSnapshot } from "../../view/session-view-types.js";
import { formatExact } from "../../view/format.js";
import { jsonTokens } from "../../view/json-tokens.js";
import type { JsonChange } from "../../view/json-diff.js";
import { span, type Line, type Span } from "../text/line.js";
import type { Row } from "../text/row.js";
import { styleOfJson } from "./json-rows.js";
import type { JsonValue } from "../../core/json.js";

const marks: Record<JsonChange["kind"], Span> = {
  added: { text: " + ", style: "ok" },
  removed: { text: " − ", style: "bad" },
  changed: { text: " ~ ", style: "warn" },
};

/** What changed between two marks: each place with what it was and what it became. */
export function diffRows({ changes, loading, error }: DiffSnapshot): Row[] {
  if (error) return [{ line: [span(` ${error.message}`, "bad")] }];
  if (loading) return [{ line: [span(" reading …", "muted")] }];
  if (changes.length === 0) return [{ line: [span(" Nothing in the state changed.", "muted")] }];
  return changes.map((change) => ({ line: changeLine(change) }));
}

export function diffTitle({ from, to }: DiffSnapshot): string {
  return `#${formatExact(from)} → #${formatExact(to)}`;
}

function changeLine({ path, kind, before, after }: JsonChange): Line {
  const values = kind === "added" ? [after] : kind === "removed" ? [before] : [before, after];
  const shown = values.flatMap((value, index) => [
    ...(index === 0 ? [] : [span(" → ", "muted")]),
    ...(value === undefined ? [] : valueSpans(value)),
  ]);
  return [marks[kind], span(pathText(path), "jsonKey"), span(": ", "faint"), ...shown];
}

/** `goals[g1].status`. */
function pathText(path: JsonChange["path"]): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : part))
    .join(".")
    .replaceAll(".[", "[");
}

function valueSpans(value: JsonValue): Span[] {
  return jsonTokens(value, 60).map(({ kind, text }) => span(text, styleOfJson(kind)));
}
