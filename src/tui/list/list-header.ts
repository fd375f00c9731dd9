import type { Connection } from "../../view/connection.js";
import { formatAge, formatCount, formatDuration, formatExact } from "../../view/format.js";
import type { SessionListQuery, SessionListSnapshot } from "../../view/session-list-types.js";
import { brief } from "../../view/safe-text.js";
import { sparkline } from "../text/bars.js";
import { joinLines, span, spread, type Line, type Span } from "../text/line.js";
import type { Row } from "../text/row.js";

const dot = span("  ·  ", "faint");

/** How it stands with the source: a dot and a word. */
export function connectionSpans(connection: Connection, place: string): Line {
  const where = span(brief(place.replace(/^https?:\/\//, ""), 60), "muted");
  switch (connection.state) {
    case "live":
      return [span(place === "" ? "●" : "● ", "ok"), where];
    case "connecting":
      return [span("○ connecting  ", "accent"), where];
    case "lost":
      return [span("● lost  ", "bad"), where];
    case "failed":
      return [span("✗ failed  ", "bad"), where];
    case "closed":
      return [span("○ closed  ", "muted"), where];
  }
}

/** Name, totals and health: two rows. */
export function listHeader(snapshot: SessionListSnapshot, place: string, width: number): Row[] {
  const { totals, connection, health } = snapshot;
  const up = health ? [span(`up ${formatDuration(health.uptime * 1_000)}`, "muted")] : [];
  const server = joinLines([connectionSpans(connection, place), width >= 90 ? up : []], dot);
  const rate = totals.eventsPerSecond;
  const right: Line = [
    span(sparkline(totals.rate, 12, 5), "accent"),
    span(` ${formatCount(rate)}`, rate > 0 ? "text" : "faint"),
    span(" events/s ", "muted"),
  ];
  return [
    { line: spread([span(" claude-sessions", "title")], [...server, { text: " " }], width) },
    { line: spread([{ text: " " }, ...joinLines(counts(snapshot), span("  ", "faint"))], right, width) },
  ];
}

function counts({ totals }: SessionListSnapshot): Line[] {
  const { stats, waiting } = totals;
  if (!stats) return [[span("…", "muted")]];
  const count = (value: number, word: string, style: Span["style"]): Line =>
    value === 0 ? [] : [span(formatExact(value), style), span(` ${word}`, "muted")];
  return [
    [span(formatExact(stats.total), "strong"), span(stats.total === 1 ? " session" : " sessions", "muted")],
    count(waiting, "waiting", "wait"),
    count(stats.active, "active", "accent"),
    count(stats.completed, "completed", "ok"),
    count(stats.failed, "failed", "bad"),
    count(stats.cancelled, "cancelled", "muted"),
  ];
}

/** What the list is filtered by, and where in it the window stands. */
export function filterLine(snapshot: SessionListSnapshot, width: number): Line {
  return spread([{ text: " " }, ...joinLines(filters(snapshot.query), dot)], placeInList(snapshot), width);
}

/** Where in the list the cursor is. */
export function placeInList({ count, hasMore, selectedIndex }: SessionListSnapshot): Line {
  if (count === 0 || selectedIndex < 0) return [];
  return [span(`${selectedIndex + 1}/${formatExact(count)}${hasMore ? "+" : ""} `, "faint")];
}

function filters({ status, userId, waiting, text, tag }: SessionListQuery): Line[] {
  const part = (name: string, value: string | null): Line =>
    value === null || value === "" ? [] : [span(`${name} `, "muted"), span(brief(value, 60), "accent")];
  return [
    part("filter", text),
    part("status", status),
    part("user", userId),
    part("tag", tag),
    waiting ? [span("only waiting", "wait")] : [],
  ];
}

/** How old what is shown is, while the connection is lost; null where there is nothing to say. */
export function bannerLine(connection: Connection, now: number): Line | null {
  if (connection.state === "failed") return [span(` ✗ ${connection.error.message}`, "bad")];
  if (connection.state !== "lost") return null;
  const { since, retryAt, attempt, reason } = connection;
  const next = retryAt === null ? "trying now" : `next try in ${Math.max(0, Math.ceil((retryAt - now) / 1_000))}s`;
  return [
    span(" ● connection lost", "bad"),
    span(`  what you see is from ${formatAge(since, now)} ago`, "warn"),
    span(`  ·  ${next} (${attempt})${reason === "" ? "" : `  ·  ${brief(reason, 80)}`}`, "muted"),
  ];
}
