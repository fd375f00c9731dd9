import type { FeedItem } from "../../view/feed-types.js";
import type { Line } from "../text/line.js";
import { detailRows } from "./item-detail.js";

/** What expanded items show, made once for each width and each state that they were in. */
export interface DetailCache {
  rowsOf(item: FeedItem, width: number): readonly Line[];
}

const limit = 50;

export function createDetailCache(): DetailCache {
  const made = new Map<string, readonly Line[]>();
  return {
    rowsOf(item, width) {
      const name = `${item.key} ${item.lastSeq} ${width}`;
      let rows = made.get(name);
      if (!rows) {
        rows = detailRows(item, width);
        if (made.size >= limit) made.delete(made.keys().next().value!);
        made.set(name, rows);
      }
      return rows;
    },
  };
}
