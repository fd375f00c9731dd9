import type { FeedItem } from "../../view/feed-types.js";

export const noTurns: ReadonlySet<string> = new Set();

/** The items without those of turns that are folded away. */
export function unfoldedItems(items: readonly FeedItem[], folded: ReadonlySet<string>): readonly FeedItem[] {
  if (folded.size === 0) return items;
  return items.filter(({ key, turn }) => turn === null || turn === key || !folded.has(turn));
}

/** The prompt that the item at `index` belongs to, where that lies above it. */
export function promptAbove(items: readonly FeedItem[], index: number): number {
  const turn = items[index]?.turn;
  if (!turn || items[index]!.key === turn) return -1;
  return items.findLastIndex(({ key }, at) => at < index && key === turn);
}
