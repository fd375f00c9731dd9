import type { SearchResult } from "../client/types.js";
import { Frames } from "./frames.js";
import type { Observable, ViewClock, ViewError } from "./observable.js";
import { safeLine } from "./safe-text.js";
import type { ViewSource } from "./source.js";
import { toViewError } from "./view-error.js";

export interface SearchFilter {
  /** Words, all of which an event must hold; nothing is searched for where there are none. */
  text: string;
  userId: string | null;
}

/** A piece of a snippet; `hit`: it is what was searched for. */
export interface SnippetPart {
  text: string;
  hit: boolean;
}

export interface SearchHitRow extends Pick<SearchResult, "sessionId" | "userId" | "seq" | "type"> {
  /** Epoch milliseconds. */
  at: number;
  /** Safe to print. */
  snippet: readonly SnippetPart[];
}

export interface SearchSnapshot {
  now: number;
  filter: SearchFilter;
  /** Best first, page by page. */
  hits: readonly SearchHitRow[];
  loading: boolean;
  hasMore: boolean;
  /** Acknowledged events that are not searchable yet. */
  lag: number;
  error: ViewError | null;
}

/** A search over everything that sessions said and did. */
export interface SearchView extends Observable<SearchSnapshot> {
  /** Searches anew a moment after the last change. */
  setFilter(change: Partial<SearchFilter>): void;
  /** The next page, where there is one. */
  more(): void;
  /** The same search once more. */
  retry(): void;
  close(): void;
}

export interface SearchOptions {
  source: Pick<ViewSource, "search">;
  clock: ViewClock;
  filter?: Partial<SearchFilter>;
}

export function createSearch(options: SearchOptions): SearchView {
  return new SearchModel(options);
}

const pageSize = 50;
/** The page after which a search gives up: nobody reads on, and memory is bounded. */
const mostHits = 2_000;
/** Somebody who types is waited for; milliseconds. */
const pauseMs = 150;

class SearchModel implements SearchView {
  readonly getSnapshot: () => SearchSnapshot;
  readonly subscribe: (listener: () => void) => () => void;
  private readonly options: SearchOptions;
  private readonly frames: Frames<SearchSnapshot>;
  private filter: SearchFilter;
  private hits: readonly SearchHitRow[] = [];
  private next: string | null = null;
  private loading = false;
  private lag = 0;
  private error: ViewError | null = null;
  /** Counts searches: an answer to an earlier one is dropped. */
  private current = 0;
  private cancelPause = () => {};

  constructor(options: SearchOptions) {
    this.options = options;
    this.filter = { text: "", userId: null, ...options.filter };
    this.frames = new Frames({ clock: options.clock, perSecond: 20, tickMs: 10_000, make: () => this.snapshot() });
    this.getSnapshot = this.frames.getSnapshot;
    this.subscribe = this.frames.subscribe;
    this.restart(0);
  }

  setFilter(change: Partial<SearchFilter>): void {
    const after = { ...this.filter, ...change };
    if (after.text === this.filter.text && after.userId === this.filter.userId) return;
    this.filter = after;
    this.restart(pauseMs);
  }

  more(): void {
    if (!this.loading && this.next !== null && this.hits.length < mostHits) void this.read(this.next);
  }

  retry(): void {
    this.restart(0);
  }

  close(): void {
    this.current += 1;
    this.cancelPause();
    this.frames.close();
  }

  private restart(delay: number): void {
    this.current += 1;
    this.cancelPause();
    this.next = null;
    this.error = null;
    this.loading = this.filter.text.trim() !== "";
    if (!this.loading) this.hits = [];
    else if (delay === 0) void this.read(null);
    else this.cancelPause = this.options.clock.setTimer(() => void this.read(null), delay);
    this.frames.request();
  }

  private async read(cursor: string | null): Promise<void> {
    const search = this.current;
    this.loading = true;
    this.frames.request();
    const { text, userId } = this.filter;
    try {
      const query = { q: text, user: userId ?? undefined, limit: pageSize, cursor: cursor ?? undefined };
      const page = await this.options.source.search(query);
      if (search !== this.current) return;
      const rows = page.hits.map(rowOf);
      this.hits = cursor === null ? rows : [...this.hits, ...rows];
      this.next = page.next;
      this.lag = page.lag;
      this.error = null;
    } catch (error) {
      if (search !== this.current) return;
      this.error = toViewError(error);
    }
    this.loading = false;
    this.frames.request();
  }

  private snapshot(): SearchSnapshot {
    const { filter, hits, loading, lag, error, next } = this;
    const hasMore = next !== null && hits.length < mostHits;
    return { now: this.options.clock.now(), filter, hits, loading, hasMore, lag, error };
  }
}

function rowOf({ sessionId, userId, seq, type, timestamp, snippet }: SearchResult): SearchHitRow {
  return { sessionId, userId, seq, type, at: Date.parse(timestamp), snippet: snippetParts(snippet) };
}

const entities: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };

/** A snippet of the API (escaped HTML with `<mark>` in it) as plain pieces; no markup is left to interpret. */
export function snippetParts(snippet: string): SnippetPart[] {
  let hit = false;
  const parts: SnippetPart[] = [];
  for (const piece of snippet.split(/(<\/?mark>)/)) {
    if (piece === "<mark>" || piece === "</mark>") hit = piece === "<mark>";
    else if (piece !== "") parts.push({ text: safeLine(unescaped(piece).replaceAll(/\s+/g, " ")), hit });
  }
  return parts;
}

function unescaped(text: string): string {
  return text.replaceAll(/&(?:lt|gt|quot|amp|#39);/g, (entity) => entities[entity]!);
}
