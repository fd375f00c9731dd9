import type { SessionEntry } from "./session-entry.js";
import { givenTitle } from "./session-title.js";
import type { SessionListQuery, SessionSort } from "./session-list-types.js";

type Compare = (a: SessionEntry, b: SessionEntry) => number;

const statusOrder: Record<string, number> = { active: 0, failed: 1, cancelled: 2, completed: 3 };

const keys: Record<SessionSort, Compare> = {
  activity: (a, b) => a.updated - b.updated,
  created: (a, b) => byText(a.metadata.created, b.metadata.created),
  session: (a, b) => byText(a.metadata.sessionId, b.metadata.sessionId),
  user: (a, b) => byText(a.metadata.userId ?? "\uffff", b.metadata.userId ?? "\uffff"),
  status: (a, b) => (statusOrder[a.metadata.status] ?? 9) - (statusOrder[b.metadata.status] ?? 9),
  events: (a, b) => a.metadata.eventCount - b.metadata.eventCount,
  tokens: (a, b) => a.metadata.tokenUsage.total - b.metadata.tokenUsage.total,
  cost: (a, b) => a.metadata.cost - b.metadata.cost,
};

/** The order of the list: who waits for a person first, the longest first; then as the query says. */
export function compareBy({ sort, descending }: Pick<SessionListQuery, "sort" | "descending">): Compare {
  const key = keys[sort];
  const sign = descending ? -1 : 1;
  return (a, b) =>
    compareWaiting(a, b) ||
    sign * key(a, b) ||
    b.updated - a.updated ||
    byText(a.metadata.sessionId, b.metadata.sessionId);
}

function compareWaiting({ waiting: a }: SessionEntry, { waiting: b }: SessionEntry): number {
  if (a === null || b === null) return Number(b !== null) - Number(a !== null);
  return (a.since ?? 0) - (b.since ?? 0);
}

function byText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/**
 * A sorted list with some entries put in their place anew, or taken out where `belongs` says so: a
 * pass over the list and a sort of what changed.
 */
export function reorder(
  sorted: readonly SessionEntry[],
  changed: ReadonlySet<SessionEntry>,
  belongs: (entry: SessionEntry) => boolean,
  compare: Compare,
): SessionEntry[] {
  const rest = sorted.filter((entry) => !changed.has(entry));
  const moved = [...changed].filter(belongs).sort(compare);
  const merged: SessionEntry[] = [];
  let next = 0;
  for (const entry of rest) {
    while (next < moved.length && compare(moved[next]!, entry) < 0) merged.push(moved[next++]!);
    merged.push(entry);
  }
  for (; next < moved.length; next++) merged.push(moved[next]!);
  return merged;
}

/** Whether a session is one that the query asks for; every word must appear somewhere. */
export function matchesQuery({ metadata, waiting }: SessionEntry, query: SessionListQuery, words: string[]): boolean {
  if (query.status !== null && metadata.status !== query.status) return false;
  if (query.userId !== null && metadata.userId !== query.userId) return false;
  if (query.tag !== null && !metadata.tags.includes(query.tag)) return false;
  if (query.waiting && waiting === null) return false;
  if (words.length === 0) return true;
  const { sessionId, userId, model, tags, status, liveness } = metadata;
  const about = waiting ? [waiting.message, waiting.tool] : [];
  const text = [sessionId, givenTitle(metadata), userId, model, status, liveness.status, ...tags, ...about]
    .join("\n")
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

export function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter((word) => word !== ""); // prettier-ignore
}
