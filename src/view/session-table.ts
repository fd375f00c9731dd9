import type { SessionEvent } from "../core/event.js";
import type { Metadata } from "../core/metadata.js";
import {
  countEvent,
  createEntry,
  entryFromStart,
  takeEvent,
  takeMetadata,
  type SessionEntry,
} from "./session-entry.js";
import { defaultListQuery, type SessionListQuery } from "./session-list-types.js";
import { compareBy, matchesQuery, reorder, wordsOf } from "./session-order.js";

/** So many users and tags are offered to choose from. */
const mostChoices = 1_000;

/**
 * The sessions that are known, and those of them that the query asks for in its order. What changed
 * is put in its place by `arrange`; until then every row stays where it is.
 */
export class SessionTable {
  query: SessionListQuery = defaultListQuery;
  waiting = 0;
  readonly users = new Set<string>();
  readonly tags = new Set<string>();
  /** Everything that the source lists down to this activity is known; epoch milliseconds. */
  private frontier = Infinity;
  private words: string[] = [];
  private readonly entries = new Map<string, SessionEntry>();
  private ordered: SessionEntry[] = [];
  private changed = new Set<SessionEntry>();
  private everything = false;
  private urgent = false;
  private readonly beating = new Set<SessionEntry>();

  get rows(): readonly SessionEntry[] {
    return this.ordered;
  }

  get size(): number {
    return this.entries.size;
  }

  get(sessionId: string): SessionEntry | undefined {
    return this.entries.get(sessionId);
  }

  setQuery(query: SessionListQuery): void {
    this.query = query;
    this.words = wordsOf(query.text);
    this.everything = true;
  }

  /** The rows are complete down to there; -Infinity for all. */
  setFrontier(updated: number): void {
    if (updated === this.frontier) return;
    this.frontier = updated;
    this.everything = true;
  }

  /** Takes a row of a listing. */
  put(metadata: Metadata): void {
    const known = this.entries.get(metadata.sessionId);
    if (!known) return this.add(createEntry(metadata));
    this.change(known, () => takeMetadata(known, metadata));
  }

  /** Takes a live event; false where the session, or what came before the event, is not known. */
  take(event: SessionEvent, now: number): boolean {
    let entry = this.entries.get(event.sessionId);
    if (!entry && event.seq > 1) return false;
    if (!entry) this.add((entry = entryFromStart(event)));
    else {
      const known = entry;
      // A log that begins anew is another session of the same name.
      if (event.seq === 1 && known.metadata.created !== event.timestamp) this.restart(known, event);
      else this.change(known, () => takeEvent(known, event));
    }
    countEvent(entry, now);
    this.beating.add(entry);
    return !entry.stale;
  }

  remove(sessionId: string): void {
    const entry = this.entries.get(sessionId);
    if (!entry) return;
    this.waiting -= Number(entry.waiting !== null);
    this.entries.delete(sessionId);
    this.changed.delete(entry);
    this.beating.delete(entry);
    this.ordered = this.ordered.filter((other) => other !== entry);
  }

  /** A row shows something else now. */
  touch(sessionId: string): void {
    const entry = this.entries.get(sessionId);
    if (entry) entry.row = null;
  }

  /** Puts what changed in its place; `calm`: only where a row came, went, or began or ceased to wait. */
  arrange(calm: boolean): void {
    const compare = compareBy(this.query);
    const belongs = (entry: SessionEntry) => this.belongs(entry);
    if (this.everything) this.ordered = [...this.entries.values()].filter(belongs).sort(compare);
    else if (this.changed.size === 0 || (calm && !this.urgent)) return;
    else this.ordered = reorder(this.ordered, this.changed, belongs, compare);
    this.everything = false;
    this.urgent = false;
    this.changed = new Set();
  }

  /** Rows in which nothing happens any more need no counting. */
  settle(now: number): void {
    for (const entry of this.beating) {
      if (!entry.rate?.isQuiet(now)) continue;
      entry.rate = null;
      entry.row = null;
      this.beating.delete(entry);
    }
  }

  private belongs(entry: SessionEntry): boolean {
    if (!matchesQuery(entry, this.query, this.words)) return false;
    return entry.waiting !== null || entry.updated >= this.frontier;
  }

  private add(entry: SessionEntry): void {
    const { sessionId, userId } = entry.metadata;
    this.entries.set(sessionId, entry);
    this.waiting += Number(entry.waiting !== null);
    if (userId !== null && this.users.size < mostChoices) this.users.add(userId);
    this.noteTags(entry);
    this.changed.add(entry);
    this.urgent = true;
  }

  private noteTags({ metadata }: SessionEntry): void {
    for (const tag of metadata.tags) if (this.tags.size < mostChoices) this.tags.add(tag);
  }

  private restart(entry: SessionEntry, event: SessionEvent): void {
    const fresh = entryFromStart(event);
    this.change(entry, () => Object.assign(entry, { ...fresh, rate: entry.rate }));
  }

  private change(entry: SessionEntry, change: () => void): void {
    const { waiting, metadata } = entry;
    change();
    if (entry.metadata.tags !== metadata.tags) this.noteTags(entry);
    this.waiting += Number(entry.waiting !== null) - Number(waiting !== null);
    if ((waiting === null) !== (entry.waiting === null) || metadata.status !== entry.metadata.status)
      this.urgent = true;
    this.changed.add(entry);
  }
}
