/*
 * Where the items of a feed stand in their pane. An item takes one row, or many where it is
 * expanded. The selected item is what holds still: its row stays while others come and go above
 * and below it, so that pages that load and events that arrive never move what a person reads.
 */

export interface FeedLayout {
  /** The item that holds still, and the row of its first line; below 0 where it begins above the pane. */
  key: string | null;
  anchor: number;
  /** The items on screen, from top to bottom. */
  placed: readonly PlacedItem[];
}

export interface PlacedItem {
  key: string;
  index: number;
  /** Its first row; below 0 where it begins above the pane. */
  top: number;
  height: number;
}

export interface FeedRequest {
  count: number;
  selectedIndex: number;
  keyOf(index: number): string;
  heightOf(index: number): number;
  /** Rows of the pane. */
  height: number;
  /** The newest item is kept at the bottom. */
  follow: boolean;
}

export const emptyLayout: FeedLayout = { key: null, anchor: 0, placed: [] };

/** The layout after `before`. The cost is that of what is on screen. */
export function layoutFeed(before: FeedLayout, request: FeedRequest): FeedLayout {
  const { count, selectedIndex, keyOf, heightOf, height, follow } = request;
  if (count === 0 || height <= 0) return emptyLayout;
  const selected = Math.max(0, Math.min(count - 1, selectedIndex));
  const key = keyOf(selected);
  const tall = heightOf(selected);
  let anchor = follow && selected === count - 1 ? height - tall : wantedRow(before, request, selected, key);
  anchor = within(anchor, tall, height);
  anchor = closeGaps(anchor, selected, request);
  return { key, anchor, placed: place(anchor, selected, request) };
}

/** The layout with its rows moved inside an item that is taller than the pane shows; undefined where it shows all. */
export function scrollInside(layout: FeedLayout, by: number, height: number): FeedLayout | undefined {
  const item = layout.placed.find(({ top }) => top === layout.anchor);
  if (!item) return undefined;
  const hiddenAbove = Math.max(0, -item.top);
  const hiddenBelow = Math.max(0, item.top + item.height - height);
  const move = by > 0 ? Math.min(by, hiddenBelow) : -Math.min(-by, hiddenAbove);
  return move === 0 ? undefined : { ...layout, anchor: layout.anchor - move };
}

function wantedRow(before: FeedLayout, { height }: FeedRequest, selected: number, key: string): number {
  if (before.key === key) return before.anchor;
  const shown = before.placed.find((item) => item.key === key);
  if (shown) return shown.top;
  const first = before.placed[0];
  const last = before.placed.at(-1);
  if (first && selected < first.index && selected >= first.index - height) return 0;
  if (last && selected > last.index && selected <= last.index + height) return height;
  // It came from elsewhere: with some of what surrounds it.
  return Math.floor(height / 3);
}

/** An item shows as much of itself as fits. */
function within(anchor: number, tall: number, height: number): number {
  return tall <= height ? Math.max(0, Math.min(anchor, height - tall)) : Math.max(height - tall, Math.min(anchor, 0));
}

/** No empty rows above the first item; below the last one only where all of them fit. */
function closeGaps(anchor: number, selected: number, { count, heightOf, height }: FeedRequest): number {
  let below = anchor + heightOf(selected);
  for (let index = selected + 1; index < count && below < height; index++) below += heightOf(index);
  if (below < height) anchor += height - below;
  let above = anchor;
  for (let index = selected - 1; index >= 0 && above > 0; index--) above -= heightOf(index);
  return above > 0 ? anchor - above : anchor;
}

function place(anchor: number, selected: number, { count, heightOf, keyOf, height }: FeedRequest): PlacedItem[] {
  const above: PlacedItem[] = [];
  for (let index = selected - 1, top = anchor; index >= 0 && top > 0; index--) {
    top -= heightOf(index);
    above.push({ key: keyOf(index), index, top, height: heightOf(index) });
  }
  const below: PlacedItem[] = [];
  for (let index = selected, top = anchor; index < count && top < height; index++) {
    below.push({ key: keyOf(index), index, top, height: heightOf(index) });
    top += heightOf(index);
  }
  return [...above.reverse(), ...below];
}
