import { formatFeedCursor, parseFeedCursor } from "../../core/cursor.js";
import { AppError } from "../../core/errors.js";
import { toEventLine } from "../line.js";
import type { FeedPage } from "../session-store.js";
import type { Feed, FeedEntry } from "./feed.js";
import { deletedLine, type RecentCommits } from "./recent-commits.js";
import { readStored, type SessionFiles } from "./stored-lines.js";

interface FeedSources {
  feed: Feed;
  recent: RecentCommits;
  filesOf(sessionId: string): Promise<SessionFiles>;
}

/**
 * What happened to all sessions behind a cursor, from memory where it is recent, else from the feed
 * and the session files.
 *
 * @throws AppError `invalid_cursor` for a cursor of another store or one that is no longer kept
 */
export async function readFeedPage(sources: FeedSources, after: string, limit: number): Promise<FeedPage> {
  const { feed, recent } = sources;
  const { epoch } = feed;
  const { position } = parseFeedCursor(after);
  if (parseFeedCursor(after).epoch !== epoch || position > feed.published) throw expired();
  const fromMemory = recent.feedAfter(epoch, position, limit);
  const page = fromMemory ?? (await readFromFiles(sources, position, limit));
  return {
    lines: Buffer.from(page.lines.map((line) => `${line}\n`).join("")),
    count: page.lines.length,
    next: formatFeedCursor({ epoch, position: page.next }),
    more: page.next > position && page.next < feed.published,
  };
}

async function readFromFiles(
  sources: FeedSources,
  position: number,
  limit: number,
): Promise<{ lines: string[]; next: number }> {
  const entries = sources.feed.read(position, limit);
  if (!entries) throw expired();
  const lines: string[] = [];
  let next = position;
  for (const entry of entries) {
    if (lines.length >= limit) break;
    const from = Math.max(entry.position, next + 1);
    const to = Math.min(entry.position + entry.last - entry.first, from + limit - lines.length - 1);
    lines.push(...(await entryLines(sources, entry, from, to)));
    next = to;
  }
  return { lines, next };
}

/** The entry's events at positions `from` to `to`; none where the session has been deleted since. */
async function entryLines(
  { feed, filesOf }: FeedSources,
  entry: FeedEntry,
  from: number,
  to: number,
): Promise<string[]> {
  const { sessionId, position, first, deletedAt } = entry;
  const cursorAt = (at: number) => formatFeedCursor({ epoch: feed.epoch, position: at });
  if (deletedAt !== "") return [deletedLine(sessionId, deletedAt, cursorAt(position))];
  const files = await filesOf(sessionId).catch(ignoreDeleted);
  if (!files) return [];
  const lines: string[] = [];
  const lastSeq = Math.min(files.head, first + to - position);
  for (let after = first + from - position - 1; after < lastSeq;) {
    const stored = readStored(files, after, lastSeq);
    if (stored.length === 0) break;
    for (const { seq, stream, text } of stored)
      lines.push(toEventLine(stream, sessionId, text, cursorAt(position + seq - first)));
    after = stored.at(-1)!.seq;
  }
  return lines;
}

function ignoreDeleted(error: unknown): undefined {
  if (!(error instanceof AppError) || error.code !== "session_not_found") throw error;
}

function expired(): AppError {
  return new AppError(
    "invalid_cursor",
    "This cursor is too old, or of another store. Read the sessions anew and go on from the feed's end.",
    {
      issues: [{ path: "cursor", message: "is no longer kept" }],
    },
  );
}
