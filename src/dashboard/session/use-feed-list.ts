import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useRef, type RefObject } from "react";
import type { FeedItem } from "../../view/feed-types.js";
import type { FeedSnapshot } from "../../view/session-view-types.js";
import { useSessionView } from "./session-context.js";

/** A person who scrolled this far up reads there; one who is this near to the end wants to see what comes. Pixels. */
const awayFromEnd = 40;
const nearEnd = 2;
/** So long after a person's move a scroll is theirs. */
const intentMs = 400;

export interface FeedList {
  scroller: RefObject<HTMLDivElement | null>;
  virtualizer: Virtualizer<HTMLDivElement, Element>;
  /** A person is about to scroll, and not the page. */
  onIntent(upwards?: boolean): void;
  onScroll(): void;
}

/** The rows of the feed: what holds still while events come and pages load, and when it follows. */
export function useFeedList(rows: readonly FeedItem[], feed: FeedSnapshot): FeedList {
  const view = useSessionView();
  const scroller = useRef<HTMLDivElement>(null);
  const intent = useRef(0);
  const upward = useRef(false);
  const lastTop = useRef(0);
  const { follow } = feed;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimates[rows[index]?.kind ?? "tool"] ?? 28,
    getItemKey: useCallback((index: number) => rows[index]?.key ?? index, [rows]),
    // Somebody who follows does not scroll.
    overscan: follow ? 2 : 12,
    paddingEnd: 12,
    scrollPaddingStart: 34,
  });
  // What a person does counts at once, before the view tells of it.
  const pinned = useRef(follow);
  useLayoutEffect(() => void (pinned.current = follow), [follow]);
  useHoldStill(virtualizer, rows, pinned, follow);
  useSelectionInView(virtualizer, rows, feed);
  useVisible(virtualizer, rows, feed);

  const pin = (wanted: boolean): void => {
    if (wanted === pinned.current) return;
    pinned.current = wanted;
    view.setFollow(wanted);
  };
  const onScroll = (): void => {
    const { scrollHeight, scrollTop, clientHeight } = scroller.current!;
    const isDown = scrollTop > lastTop.current;
    lastTop.current = scrollTop;
    if (performance.now() - intent.current > intentMs) return;
    intent.current = performance.now();
    const distance = scrollHeight - scrollTop - clientHeight;
    if (pinned.current && distance > awayFromEnd) pin(false);
    else if (isDown && !upward.current && distance <= nearEnd && !view.getSnapshot().feed.hasNewer) pin(true);
  };
  const onIntent = (upwards = false): void => {
    intent.current = performance.now();
    upward.current = upwards;
    // What the page itself scrolled up to now is not theirs.
    lastTop.current = scroller.current!.scrollTop;
    // Before the rows move: what keeps the newest in sight would hold them where they are.
    if (upwards && scroller.current!.scrollTop > 0) pin(false);
  };
  return { scroller, virtualizer, onScroll, onIntent };
}

const estimates: Partial<Record<FeedItem["kind"], number>> = { prompt: 84, message: 72, thinking: 56 };

/** While it follows the newest row stays at the bottom; else the first row on screen stays where it is. */
function useHoldStill(
  virtualizer: FeedList["virtualizer"],
  rows: readonly FeedItem[],
  pinned: RefObject<boolean>,
  follow: boolean,
): void {
  const anchor = useRef<{ key: string; shift: number } | null>(null);
  // Rows grow when they are measured, and when what they show has loaded.
  const total = virtualizer.getTotalSize();
  const before = useRef(rows);
  useLayoutEffect(() => {
    const moved = before.current !== rows && before.current[0]?.key !== rows[0]?.key;
    before.current = rows;
    if (pinned.current) return scrollDown(virtualizer);
    const held = anchor.current;
    if (!moved || !held) return;
    const index = rows.findIndex(({ key }) => key === held.key);
    const [offset] = index === -1 ? [] : (virtualizer.getOffsetForIndex(index, "start") ?? []);
    if (offset !== undefined) virtualizer.scrollToOffset(offset + held.shift);
  }, [virtualizer, rows, pinned, follow, total]);
  // What stands at the top now is what holds still when rows come above it.
  useEffect(() => {
    const offset = virtualizer.scrollOffset ?? 0;
    const first = virtualizer.getVirtualItems().find(({ end }) => end > offset);
    const item = first && rows[first.index];
    anchor.current = item ? { key: item.key, shift: offset - first.start } : null;
  });
}

function scrollDown({ scrollElement }: FeedList["virtualizer"]): void {
  if (scrollElement) scrollElement.scrollTop = scrollElement.scrollHeight;
}

/** What is selected is on screen, wherever it was gone to from. */
function useSelectionInView(virtualizer: FeedList["virtualizer"], rows: readonly FeedItem[], feed: FeedSnapshot): void {
  const selected = feed.items[feed.selectedIndex]?.key;
  const { follow, loading } = feed;
  useEffect(() => {
    if (follow || selected === undefined || loading === "jump") return;
    const index = rows.findIndex(({ key }) => key === selected);
    if (index === -1) return;
    const { startIndex = 0, endIndex = 0 } = virtualizer.range ?? {};
    const isFar = index < startIndex - 3 || index > endIndex + 3;
    virtualizer.scrollToIndex(index, { align: isFar ? "center" : "auto" });
    // Only another selection moves the rows, not new ones.
  }, [selected, follow, loading]);
}

/** The view is told what is on screen, and loads what lies around it. */
function useVisible(virtualizer: FeedList["virtualizer"], rows: readonly FeedItem[], { items }: FeedSnapshot): void {
  const view = useSessionView();
  const { startIndex, endIndex } = virtualizer.range ?? {};
  const first = startIndex === undefined ? undefined : rows[startIndex]?.key;
  const last = endIndex === undefined ? undefined : rows[endIndex]?.key;
  useEffect(() => {
    if (first === undefined || last === undefined) return;
    const from = rows === items ? startIndex! : items.findIndex(({ key }) => key === first);
    const to = rows === items ? endIndex! : items.findLastIndex(({ key }) => key === last);
    view.setVisible(from, to);
  }, [view, first, last, items.length]);
}
