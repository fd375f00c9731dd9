import { formatFeedCursor, parseFeedCursor } from "../../core/cursor.js";
import type { SessionStore } from "../../storage/session-store.js";

/** A page of a log whose places are numbers: seqs, or positions in the log of all sessions. */
export interface LogPage {
  lines: Uint8Array;
  count: number;
  /** The place behind the last line. */
  next: number;
  more: boolean;
}

/** Reads a log's lines with places in (`after`, `upTo`], at most `limit` of them. */
export type ReadLog = (after: number, upTo: number, limit: number) => Promise<LogPage>;

export function sessionLog(store: SessionStore, sessionId: string): ReadLog {
  return async (after, upTo, limit) => {
    const page = await store.readPage(sessionId, { of: "events", after, before: upTo + 1, limit });
    return { lines: page.lines, count: page.count, next: page.count === 0 ? after : page.last, more: page.more };
  };
}

/** The log of all sessions. Each entry moves its position by one, so a count bounds where a page ends. */
export function feedLog(store: SessionStore, epoch: string): ReadLog {
  return async (after, upTo, limit) => {
    const cursor = formatFeedCursor({ epoch, position: after });
    const page = await store.readFeed(cursor, Math.max(1, Math.min(limit, upTo - after)));
    const next = parseFeedCursor(page.next).position;
    return { lines: page.lines, count: page.count, next, more: page.more };
  };
}
