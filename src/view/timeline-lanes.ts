import type { Agent } from "../core/state.js";
import { agentRows } from "./agent-tree.js";
import type { FeedItem, FeedKind, ItemText } from "./feed-types.js";
import { itemText } from "./item-text.js";
import type { TimelineLane, TimelineSpan, TimeRange } from "./timeline-types.js";

export interface LanesInput {
  items: readonly FeedItem[];
  agents: readonly Agent[];
  /** Up to when things are known. */
  end: number;
}

/** What a bar or a mark is drawn for; the rest is told by the feed. */
const drawn: ReadonlySet<FeedKind> = new Set(["prompt", "message", "tool", "model", "step", "wait", "turn", "session"]);
/** More at the same time than this share the last row. */
const mostRows = 8;

/** A lane for the main agent, and one for each other in the order of the tree. */
export function timelineLanes({ items, agents, end }: LanesInput): TimelineLane[] {
  const byAgent = Map.groupBy(
    items.filter(({ kind }) => drawn.has(kind)),
    ({ agentId }) => agentId,
  );
  const lane = (agentId: string | null, name: string, depth: number, life: TimeRange | null): TimelineLane => {
    const spans = stacked((byAgent.get(agentId) ?? []).map((item) => spanOf(item, end)));
    byAgent.delete(agentId);
    const rows = 1 + Math.max(0, ...spans.map(({ row }) => row));
    return { agentId, name, depth, life, rows, spans };
  };
  const lanes = [lane(null, "main", 0, null)];
  for (const { agentId, type, depth, started, ended } of agentRows(agents, end)) {
    if (lanes.some((known) => known.agentId === agentId)) continue;
    lanes.push(lane(agentId, type, depth + 1, started === null ? null : { from: started, to: ended ?? end }));
  }
  for (const agentId of byAgent.keys()) lanes.push(lane(agentId, agentId ?? "main", 1, null));
  return lanes;
}

function spanOf(item: FeedItem, end: number): TimelineSpan {
  const { key, seq, kind, status, begin, durationMs } = item;
  // Of a result or a model call alone it is known when it ended, and how long it took.
  const isEndAlone = begin === null || kind === "model";
  const known = item.stats && kind === "prompt" ? item.stats.durationMs : (durationMs ?? 0);
  const open = status === "running";
  const at = Number.isFinite(item.at) ? item.at : end;
  const from = isEndAlone ? at - known : at;
  const { label, text } = wordsOf(item);
  return { key, seq, kind, status, open, row: 0, label, text, from, to: open ? Math.max(end, from) : from + known };
}

/** An item that grows is another object: what it is called was made once for each. */
const words = new WeakMap<FeedItem, ItemText>();

function wordsOf(item: FeedItem): ItemText {
  const known = words.get(item) ?? itemText(item);
  words.set(item, known);
  return known;
}

/** Each span in the first row that is free while it lasts; prompts keep row 0 to themselves. */
function stacked(spans: TimelineSpan[]): TimelineSpan[] {
  const ends: number[] = [];
  return spans
    .toSorted((a, b) => a.from - b.from || b.to - a.to)
    .map((span) => {
      if (isBackdrop(span)) return span;
      const free = ends.findIndex((until) => until <= span.from);
      const row = Math.min(free === -1 ? ends.length : free, mostRows - 1);
      ends[row] = Math.max(ends[row] ?? 0, span.to);
      return { ...span, row };
    });
}

/** A turn lies behind what was done in it. */
export function isBackdrop({ kind }: Pick<TimelineSpan, "kind">): boolean {
  return kind === "prompt";
}
