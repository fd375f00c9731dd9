import type { SessionListSnapshot } from "../../view/session-list-types.js";
import { span, type Line } from "../text/line.js";
import { wrap } from "../text/cells.js";
import type { Row } from "../text/row.js";

/** What stands in place of rows where there are none: why, and what to do. */
export function emptyRows(
  snapshot: SessionListSnapshot,
  place: string,
  advice: readonly string[],
  width: number,
): Row[] {
  const { connection, error, loading } = snapshot;
  const failure = connection.state === "failed" ? connection.error : error;
  if (failure?.code === "no_server" || connection.state === "lost") {
    return message(`No server answers at ${place}`, advice, width, "bad");
  }
  if (failure) return message("This cannot be shown", [failure.message], width, "bad");
  if (loading || connection.state === "connecting") return message(`Reading ${place} …`, [], width, "muted");
  return isFiltered(snapshot)
    ? message("No session matches", ["esc lifts the filters."], width, "muted")
    : message("No sessions yet", firstSteps(place), width, "muted");
}

function isFiltered({ query: { text, status, userId, tag, waiting } }: SessionListSnapshot): boolean {
  return text !== "" || status !== null || userId !== null || tag !== null || waiting;
}

function firstSteps(place: string): string[] {
  return [
    "Point an agent here and it appears by itself:",
    "  claude-sessions connect claude-code",
    `  SESSION_SERVICE_URL=${place}`,
  ];
}

function message(title: string, lines: readonly string[], width: number, style: "bad" | "muted"): Row[] {
  const indent = Math.max(2, Math.floor((width - 64) / 2));
  const pad = { text: " ".repeat(indent) };
  const body = lines.flatMap((line) => wrap(line, width - indent * 2)).map((line): Line => [pad, span(line, "muted")]);
  return [[], [], [pad, span(title, style === "bad" ? "bad" : "strong")], [], ...body].map((line) => ({ line }));
}
