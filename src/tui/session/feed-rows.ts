import type { FeedItem, FeedKind, ItemStatus } from "../../view/feed-types.js";
import { formatClock, formatCost, formatCount, formatDuration } from "../../view/format.js";
import { itemText } from "../../view/item-text.js";
import { cut, fit, widthOf } from "../text/cells.js";
import { span, spread, type Line, type Span } from "../text/line.js";
import type { StyleName } from "../theme/styles.js";

const styles: Record<FeedKind, StyleName> = {
  session: "change",
  prompt: "prompt",
  message: "message",
  thinking: "thinking",
  tool: "tool",
  model: "model",
  step: "agent",
  wait: "wait",
  agent: "agent",
  goal: "goal",
  state: "change",
  metadata: "change",
  turn: "change",
  note: "warn",
  other: "change",
};

const marks: Record<ItemStatus, Span> = {
  none: { text: " " },
  running: { text: "○", style: "accent" },
  unknown: { text: " " },
  ok: { text: "✓", style: "ok" },
  error: { text: "✗", style: "bad" },
  denied: { text: "⊘", style: "warn" },
  rejected: { text: "✗", style: "warn" },
  interrupted: { text: "■", style: "warn" },
  lost: { text: "?", style: "warn" },
};

const textStyles: Partial<Record<FeedKind, StyleName>> = { prompt: "strong", thinking: "thinking" };
const failures: ReadonlySet<ItemStatus> = new Set(["error", "rejected", "denied", "lost"]);

interface FeedRowOptions {
  width: number;
  now: number;
  expanded: boolean;
  /** What was searched for. */
  needle: string;
  /** It happened after the moment that is shown. */
  later: boolean;
}

/** An item on one line: when, what kind of thing, what it says, what came of it. */
export function feedRow(item: FeedItem, { width, now, expanded, needle, later }: FeedRowOptions): Line {
  const { label, text, outcome } = itemText(item);
  const style = item.minor ? "faint" : styles[item.kind];
  const indent = "  ".repeat(Math.min(item.depth, 6));
  const labelWidth = width < 70 ? 10 : 14;
  const left: Span[] = [
    span(formatClock(item.at), "faint"),
    { text: "  " },
    span(indent + gutter(item.depth), "faint"),
    span(fit(label, Math.max(6, labelWidth - indent.length)), style),
    { text: expanded ? "▾ " : " ", style: "muted" },
  ];
  const right = ending(item, now);
  const room = width - left.reduce((sum, piece) => sum + widthOf(piece.text), 0) - widthOfEnding(right);
  const line = spread([...left, ...said(item, text, outcome, room, needle)], right, width);
  return later ? line.map(({ text }): Span => ({ text, style: "faint" })) : line;
}

function gutter(depth: number): string {
  return depth > 0 ? "╎ " : "";
}

function said({ kind, status, minor }: FeedItem, text: string, outcome: string, room: number, needle: string): Span[] {
  const plain = minor ? "faint" : textStyles[kind];
  const failed = failures.has(status);
  if (outcome === "") return highlighted(cut(text, room), plain, needle);
  // The failure is what a person looks for: it keeps at least half of the line.
  const most = failed ? Math.max(Math.floor(room / 2), room - widthOf(text) - 2) : room - widthOf(text) - 2;
  const shownOutcome = most >= 8 ? cut(outcome, most) : "";
  const textRoom = shownOutcome === "" ? room : room - widthOf(shownOutcome) - 2;
  return [
    ...highlighted(cut(text, textRoom), plain, needle),
    ...(shownOutcome === "" ? [] : [{ text: "  " }, ...highlighted(shownOutcome, failed ? "bad" : "muted", needle)]),
  ];
}

/** The text with what was searched for marked in it. */
function highlighted(text: string, style: StyleName | undefined, needle: string): Span[] {
  if (needle === "") return [span(text, style)];
  const spans: Span[] = [];
  const lower = text.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(needle); at !== -1; at = lower.indexOf(needle, from)) {
    if (at > from) spans.push(span(text.slice(from, at), style));
    spans.push(span(text.slice(at, at + needle.length), "match"));
    from = at + needle.length;
  }
  if (from < text.length || spans.length === 0) spans.push(span(text.slice(from), style));
  return spans;
}

function ending(item: FeedItem, now: number): Line {
  if (item.stats) return promptEnding(item.stats);
  const running = item.status === "running";
  const duration = running ? now - item.at : item.durationMs;
  const took = duration === null || duration < 1 || item.status === "none" ? "" : formatDuration(duration);
  return [{ text: " " }, span(took.padStart(6), running ? "accent" : "faint"), { text: " " }, marks[item.status]];
}

/** Of a prompt: what it set off. */
function promptEnding({ status, tools, durationMs, tokens, cost }: NonNullable<FeedItem["stats"]>): Line {
  const figures = [
    tools > 0 ? `${tools} tool${tools === 1 ? "" : "s"}` : "",
    tokens.input + tokens.output > 0 ? `${formatCount(tokens.input + tokens.output)} tok` : "",
    cost > 0 ? formatCost(cost) : "",
  ].filter((part) => part !== "");
  const took = durationMs > 0 ? formatDuration(durationMs) : "";
  return [
    { text: "  " },
    span(figures.join(" · "), "faint"),
    { text: " " },
    span(took.padStart(6), status === "running" ? "accent" : "faint"),
    { text: " " },
    marks[status],
  ];
}

function widthOfEnding(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0);
}
