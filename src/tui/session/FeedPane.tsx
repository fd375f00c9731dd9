import { useEffect, useState } from "react";
import { formatCount, formatExact } from "../../view/format.js";
import type { SessionSnapshot, SessionView } from "../../view/session-view-types.js";
import { Pane } from "../components/Pane.js";
import type { Ui } from "../state/ui.js";
import { joinLines, span, type Line } from "../text/line.js";
import type { Row } from "../text/row.js";
import { createDetailCache, type DetailCache } from "./detail-cache.js";
import type { FeedLayout } from "./feed-layout.js";
import { feedRow } from "./feed-rows.js";
import type { FeedScroll } from "./feed-scroll.js";

interface FeedPaneProps {
  view: SessionView;
  snapshot: SessionSnapshot;
  ui: Ui;
  scroll: FeedScroll;
  focused: boolean;
  tabs: Line | undefined;
  now: number;
  width: number;
  height: number;
}

/** What happened, one line each; only what is on screen is made. */
export function FeedPane({ view, snapshot, ui, scroll, focused, tabs, now, width, height }: FeedPaneProps) {
  const [details] = useState(createDetailCache);
  const { feed } = snapshot;
  const { items } = feed;
  const layout = scroll.arrange({
    count: items.length,
    selectedIndex: feed.selectedIndex,
    keyOf: (index) => items[index]!.key,
    heightOf: (index) => {
      const item = items[index]!;
      return ui.expanded.has(item.key) ? 1 + details.rowsOf(item, width).length : 1;
    },
    height: height - 1,
    follow: feed.follow,
  });
  const first = layout.placed[0]?.index ?? 0;
  const last = layout.placed.at(-1)?.index ?? 0;
  useEffect(() => view.setVisible(first, last), [view, first, last]);
  const rows = feedRows({ snapshot, layout, details, focused, now, width, height: height - 1 });
  return (
    <Pane
      title="Feed"
      digit="1"
      focused={focused}
      tabs={tabs}
      about={feedAbout(snapshot)}
      right={feedPlace(snapshot, width)}
      rows={rows}
      width={width}
      height={height}
    />
  );
}

interface FeedRowsInput {
  snapshot: SessionSnapshot;
  layout: FeedLayout;
  details: DetailCache;
  focused: boolean;
  now: number;
  width: number;
  height: number;
}

function feedRows({ snapshot, layout, details, focused, now, width, height }: FeedRowsInput): Row[] {
  const { items, selectedIndex } = snapshot.feed;
  const { moment } = snapshot;
  if (items.length === 0) return emptyFeed(snapshot);
  const needle = snapshot.find?.query.toLowerCase() ?? "";
  const rows: Row[] = [];
  for (const { index, top, height: tall } of layout.placed) {
    const item = items[index]!;
    const selected = index === selectedIndex;
    const later = moment.seq !== null && item.seq > moment.seq;
    const line: Line = [
      span(selected ? "▌" : " ", focused ? "accent" : "faint"),
      ...feedRow(item, { width: width - 2, now, expanded: tall > 1, needle, later }),
    ];
    const ground = selected ? (focused ? "selected" : "selectedElsewhere") : undefined;
    const own: Row[] = [ground ? { line, ground } : { line }];
    if (tall > 1) own.push(...details.rowsOf(item, width).map((line) => ({ line })));
    rows.push(...own.slice(Math.max(0, -top), height - top));
  }
  return rows;
}

function emptyFeed({ feed, phase }: SessionSnapshot): Row[] {
  const filtered = feed.filter.kinds !== null || feed.filter.errors || feed.filter.agentId !== null;
  const text =
    phase === "loading" || feed.loading
      ? "reading …"
      : filtered
        ? "Nothing of the types that are shown. esc shows all."
        : "Nothing happened yet.";
  return [{ line: [] }, { line: [span(`  ${text}`, "muted")] }];
}

/** What the feed shows of all: filters, and what is looked for. */
function feedAbout({ feed: { filter }, find }: SessionSnapshot): Line {
  const { kinds, errors, agentId, minor } = filter;
  return joinLines(
    [
      kinds === null ? [] : [span(kinds.join(" "), "accent")],
      errors ? [span("only failures", "bad")] : [],
      agentId === null ? [] : [span(`agent ${agentId === "" ? "main" : agentId}`, "agent")],
      minor ? [span("small print", "muted")] : [],
      find ? findSpans(find) : [],
    ],
    span(" · ", "faint"),
  );
}

function findSpans({ query, hits, index, loading, more, error }: NonNullable<SessionSnapshot["find"]>): Line {
  const count = loading
    ? "…"
    : hits.length === 0
      ? "no hit"
      : `${index + 1}/${formatExact(hits.length)}${more ? "+" : ""}`;
  return [span(`/${query} `, "match"), span(` ${error ? error.message : count}`, error ? "bad" : "muted")];
}

function feedPlace({ feed, head }: SessionSnapshot, width: number): Line {
  if (feed.loading) return [span("reading … ", "muted")];
  if (feed.follow) return [span(width < 72 ? "● " : "● following ", "ok")];
  const item = feed.items[feed.selectedIndex];
  const place: Line = item ? [span(`#${formatExact(item.seq)} of ${formatExact(head)}`, "muted")] : [];
  const below: Line =
    feed.newBelow > 0 ? [span(`▼ ${formatCount(feed.newBelow)} new below `, "wait"), span("G ", "key")] : [];
  return joinLines([place, below], span("  "));
}
