import type { Goal } from "../../core/state.js";
import type { JsonObject, JsonValue } from "../../core/json.js";
import { formatTime } from "../../view/format.js";
import { brief, safeLines } from "../../view/safe-text.js";
import { progressBar } from "../text/bars.js";
import { wrap } from "../text/cells.js";
import { joinLines, span, type Line } from "../text/line.js";
import { jsonRows } from "./json-rows.js";

const barWidth = 12;
const mostLines = 40;

/** Everything that is known of a goal: its whole description, how far it is, whose it is, since when. */
export function goalDetail(goal: Goal, width: number): Line[] {
  const { goalId, description, status, created, updated, progress, priority, owner, ...rest } = goal;
  const inner = width - 5;
  const about = joinLines(
    [
      [span(status.replaceAll("_", " "), "muted")],
      progressOf(progress),
      fact("priority", priority),
      fact("owner", owner),
      fact("id", goalId),
    ],
    span("  ·  ", "faint"),
  );
  const when = joinLines(
    [at("added", created), updated === created ? [] : at("changed", updated)],
    span("  ·  ", "faint"),
  );
  const text = safeLines(description, mostLines).flatMap((line) => wrap(line, inner).map((part): Line => [span(part)]));
  return [...text, about, when, ...moreRows(rest, inner)].map((line) => [span("   ╎ ", "faint"), ...line]);
}

function moreRows(rest: JsonObject, width: number): Line[] {
  return Object.keys(rest).length === 0 ? [] : jsonRows(rest, width);
}

/** A share from 0 to 1, or per cent. */
function progressOf(progress: JsonValue | undefined): Line {
  if (typeof progress !== "number") return fact("progress", progress);
  const share = Math.max(0, Math.min(1, progress > 1 ? progress / 100 : progress));
  const { filled, rest } = progressBar(share, barWidth);
  return [span(filled, "ok"), span(rest.replaceAll(" ", "·"), "faint"), span(` ${Math.round(share * 100)} %`)];
}

function fact(name: string, value: JsonValue | undefined): Line {
  if (value === undefined || value === null || value === "") return [];
  return [span(`${name} `, "faint"), span(brief(typeof value === "string" ? value : JSON.stringify(value), 80))];
}

function at(word: string, time: string): Line {
  const parsed = Date.parse(time);
  return Number.isNaN(parsed) ? [] : [span(`${word} `, "faint"), span(formatTime(parsed), "muted")];
}
