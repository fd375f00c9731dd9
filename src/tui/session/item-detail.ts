import type { SessionEvent } from "../../core/event.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.js";
import type { FeedItem } from "../../view/feed-types.js";
import { formatTime } from "../../view/format.js";
import { span, type Line } from "../text/line.js";
import { jsonRows, textRows } from "./json-rows.js";

/** The fields that are long texts to be read, not data: shown as they were written. */
const prose = ["text", "message", "stdout", "stderr", "content", "error", "result", "output", "command", "description"];

/** What an item expands to: everything that its events hold. Cut lines of `width` cells. */
export function detailRows(item: FeedItem, width: number): Line[] {
  const inner = width - 4;
  const rows = [item.begin, item.end]
    .filter((event): event is SessionEvent => event !== null)
    .flatMap((event, index) => eventRows(event, inner, index > 0));
  return rows.map((line) => [span("  ╎ ", "faint"), ...line]);
}

function eventRows(event: SessionEvent, width: number, separated: boolean): Line[] {
  const heading: Line = [
    span(`#${event.seq} `, "muted"),
    span(event.type, "muted"),
    span(`  ${formatTime(Date.parse(event.timestamp))}`, "faint"),
  ];
  const texts = proseOf(event.data);
  const body = texts.flatMap(([key, text]) => [
    [span(`${key}:`, "jsonKey")] as Line,
    ...textRows(text, width, undefined),
  ]);
  return [...(separated ? [[] as Line] : []), heading, ...body, ...jsonRows(withoutProse(event.data), width)];
}

/** Long or many-lined texts at the first two levels, by their keys. */
function proseOf(data: JsonObject, level = 0, path = ""): [string, string][] {
  return Object.entries(data).flatMap(([key, value]): [string, string][] => {
    const name = path === "" ? key : `${path}.${key}`;
    if (typeof value === "string") return isProse(key, value) ? [[name, value]] : [];
    return level < 2 && isJsonObject(value) ? proseOf(value, level + 1, name) : [];
  });
}

/** What is shown as text already is named in the JSON, not said again. */
function withoutProse(data: JsonObject, level = 0): JsonObject {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]): [string, JsonValue] => {
      if (typeof value === "string" && isProse(key, value)) return [key, `… ${value.split("\n").length} lines, above`];
      return [key, level < 2 && isJsonObject(value) ? withoutProse(value, level + 1) : value];
    }),
  );
}

function isProse(key: string, value: string): boolean {
  return value.includes("\n") && (prose.includes(key) || value.length > 80);
}
