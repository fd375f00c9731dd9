import type { FeedItem } from "./feed-types.js";

/** Where an item is: by its key, else the one that the event `seq` is of, else the last one before it; -1 for none. */
export function itemIndexOf(items: readonly FeedItem[], { seq, key }: { seq: number; key: string }): number {
  if (items.length === 0) return -1;
  const byKey = key === "" ? -1 : items.findIndex((item) => item.key === key);
  if (byKey !== -1) return byKey;
  const exact = items.findIndex((item) => item.seq === seq || item.begin?.seq === seq || item.end?.seq === seq);
  if (exact !== -1) return exact;
  return Math.max(
    0,
    items.findLastIndex((item) => item.seq <= seq),
  );
}
