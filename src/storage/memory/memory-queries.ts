import { formatPageCursor, parsePageCursor } from "../../core/cursor.js";
import type { Metadata } from "../../core/metadata.js";
import { toEventLine } from "../line.js";
import type { SearchHit, SearchPage, SearchQuery, SessionPage, SessionQuery, Stats } from "../session-store.js";
import type { MemorySession } from "./memory-store.js";

type Sessions = ReadonlyMap<string, MemorySession>;

export function listInMemory(sessions: Sessions, query: SessionQuery): SessionPage {
  const after = query.cursor === undefined ? undefined : parsePageCursor(query.cursor);
  const rows = [...sessions.values()]
    .map(({ session }) => session.metadata)
    .filter((metadata) => matches(metadata, query))
    .toSorted(newestFirst)
    .filter((row) => after === undefined || compare(timeOf(row), row.sessionId, Number(after.key), after.id) > 0);
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    sessions: page,
    next: rows.length > page.length && last ? formatPageCursor({ key: timeOf(last), id: last.sessionId }) : null,
  };
}

function newestFirst(a: Metadata, b: Metadata): number {
  return compare(timeOf(a), a.sessionId, timeOf(b), b.sessionId);
}

/** Milliseconds, so that texts of different zones and precisions sort right. */
function timeOf({ updated }: Metadata): number {
  return Date.parse(updated) || 0;
}

/** Descending by time, then by id. */
function compare(time: number, id: string, otherTime: number, otherId: string): number {
  if (time !== otherTime) return otherTime - time;
  return id === otherId ? 0 : id > otherId ? -1 : 1;
}

function matches(metadata: Metadata, { userId, status, tag, parent }: SessionQuery): boolean {
  return (
    (userId === undefined || metadata.userId === userId) &&
    (status === undefined || metadata.status === status) &&
    (tag === undefined || metadata.tags.includes(tag)) &&
    (parent === undefined || metadata.parentSession === parent)
  );
}

export function statsInMemory(sessions: Sessions): Stats {
  const stats: Stats = { total: 0, active: 0, completed: 0, failed: 0, cancelled: 0, events: 0 };
  for (const { session } of sessions.values()) {
    stats.total += 1;
    stats[session.metadata.status] += 1;
    stats.events += session.metadata.eventCount;
  }
  return stats;
}

/** Every word of the query must be in the line, by prefix; newest first. */
export function searchInMemory(sessions: Sessions, query: SearchQuery): SearchPage {
  const words = query.q.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const offset = query.cursor === undefined ? 0 : Number(parsePageCursor(query.cursor).key);
  const hits = words.length === 0 ? [] : [...allHits(sessions, query, words)];
  hits.sort(
    (a, b) => compare(Date.parse(a.timestamp), a.sessionId, Date.parse(b.timestamp), b.sessionId) || b.seq - a.seq,
  );
  const next = offset + query.limit;
  return {
    hits: hits.slice(offset, next),
    next: next < hits.length ? formatPageCursor({ key: next, id: "" }) : null,
    lag: 0,
  };
}

function* allHits(sessions: Sessions, query: SearchQuery, words: string[]): Generator<SearchHit> {
  for (const [sessionId, { session, lines }] of sessions) {
    if (query.sessionId !== undefined && query.sessionId !== sessionId) continue;
    if (query.userId !== undefined && session.metadata.userId !== query.userId) continue;
    for (const { stream, text } of lines) {
      const event = JSON.parse(toEventLine(stream, sessionId, text)) as SearchableEvent;
      const content = JSON.stringify(event.data);
      if (!inRange(event, query) || !words.every((word) => hasWord(content, word))) continue;
      const type = ofType(event);
      yield {
        sessionId,
        userId: session.metadata.userId,
        seq: event.seq,
        type,
        timestamp: event.timestamp,
        snippet: snippet(content, words),
        score: 0,
      };
    }
  }
}

interface SearchableEvent {
  type: string;
  seq: number;
  timestamp: string;
  data: { type?: unknown };
}

function ofType({ type, data }: SearchableEvent): string {
  return (type === "action" || type === "response") && typeof data.type === "string" ? data.type : type;
}

function inRange(event: SearchableEvent, { type, since, until }: SearchQuery): boolean {
  const time = Date.parse(event.timestamp);
  return (
    (type === undefined || type === event.type || type === ofType(event)) &&
    (since === undefined || time >= Date.parse(since)) &&
    (until === undefined || time <= Date.parse(until))
  );
}

function hasWord(content: string, word: string): boolean {
  return new RegExp(`(?<![\\p{L}\\p{N}])${word}`, "iu").test(content);
}

function snippet(content: string, words: string[]): string {
  const at = Math.max(0, content.toLowerCase().indexOf(words[0]!) - 40);
  const matches = new RegExp(`((?<![\\p{L}\\p{N}])(?:${words.join("|")})[\\p{L}\\p{N}]*)`, "iu");
  const parts = content
    .slice(at, at + 120)
    .split(matches)
    .map(escapeHtml);
  return parts.map((part, index) => (index % 2 === 1 ? `<mark>${part}</mark>` : part)).join("");
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
