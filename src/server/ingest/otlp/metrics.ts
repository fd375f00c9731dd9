import { digest, sorted } from "./batch.js";
import { change, type Draft } from "./draft.js";
import type { Point } from "./signals.js";
import { textOf } from "./values.js";

/**
 * The numbers that nothing else tells, and the counter of the metadata's `metrics` that each adds to.
 * Tokens, cost and tool calls are told one by one by log records and spans, and never by their sums.
 */
const counters: Record<string, (point: Point) => string | undefined> = {
  "claude_code.lines_of_code.count": ({ attributes }) =>
    ({ added: "linesAdded", removed: "linesRemoved" })[textOf(attributes["type"]) ?? ""],
  "claude_code.commit.count": () => "commits",
  "claude_code.pull_request.count": () => "pullRequests",
  "claude_code.active_time.total": ({ attributes }) =>
    ({ cli: "activeSeconds", user: "userActiveSeconds" })[textOf(attributes["type"]) ?? ""],
  "gemini_cli.lines.changed": ({ attributes }) =>
    ({ added: "linesAdded", removed: "linesRemoved" })[textOf(attributes["type"]) ?? ""],
};

/** Whether a number is one that is kept, were it told as a difference. */
export function isKept(point: Point): boolean {
  return Object.hasOwn(counters, point.name) && counters[point.name]!(point) !== undefined;
}

/** The change of the session's metadata that a number makes; none for what is told otherwise. */
export function mapPoint(point: Point): Draft[] {
  const counter = Object.hasOwn(counters, point.name) ? counters[point.name]!(point) : undefined;
  if (counter === undefined || !point.delta || !(point.value > 0)) return [];
  const id = digest([point.name, sorted(point.attributes), String(point.start), String(point.time)]);
  const patch = { [`metrics.${counter}`]: `+${amount(point.value)}` };
  return [change("metadata_updated", `metric:${id}`, patch, { time: point.time })];
}

/** Without an exponent, as a patch takes it. */
function amount(value: number): string {
  return Number.isInteger(value) && value < 1e15 ? String(value) : value.toFixed(3);
}
