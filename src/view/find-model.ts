import type { SessionEvent } from "../core/event.js";
import type { ViewError } from "./observable.js";
import type { FindSnapshot } from "./session-view-types.js";
import type { ViewSource } from "./source.js";
import { toViewError } from "./view-error.js";

export interface FindModelOptions {
  source: Pick<ViewSource, "search">;
  sessionId: string;
  query: string;
  /** The events at hand: they are looked through here, letter by letter. */
  events: readonly SessionEvent[];
  changed(): void;
}

const pageSize = 200;
const mostPages = 5;

/** Where a text stands in a session: in what is loaded, and through the source's search in the whole log. */
export class FindModel {
  readonly query: string;
  private readonly options: FindModelOptions;
  private hits: readonly number[];
  private at: number | null = null;
  private loading = true;
  private more = false;
  private error: ViewError | null = null;
  private closed = false;

  constructor(options: FindModelOptions) {
    this.options = options;
    this.query = options.query;
    this.hits = seqsWith(options.events, options.query);
    void this.search();
  }

  snapshot(): FindSnapshot {
    const { query, hits, at, loading, more, error } = this;
    return { query, hits, index: at === null ? -1 : hits.indexOf(at), loading, more, error };
  }

  /** The newest hit at or before `seq`, else the first one: where a search begins. */
  first(seq: number): number | undefined {
    this.at = this.hits.findLast((hit) => hit <= seq) ?? this.hits[0] ?? null;
    return this.at ?? undefined;
  }

  /** The next hit from `seq` on, around the ends. */
  next(by: 1 | -1, seq: number): number | undefined {
    const from = this.at ?? seq;
    const found = by === 1 ? this.hits.find((hit) => hit > from) : this.hits.findLast((hit) => hit < from);
    this.at = found ?? this.hits.at(by === 1 ? 0 : -1) ?? null;
    return this.at ?? undefined;
  }

  get hasBegun(): boolean {
    return this.at !== null;
  }

  close(): void {
    this.closed = true;
  }

  private async search(): Promise<void> {
    const { source, sessionId, query } = this.options;
    try {
      let cursor: string | undefined;
      for (let page = 0; page < mostPages; page++) {
        const found = await source.search({ q: query, session: sessionId, limit: pageSize, cursor });
        if (this.closed) return;
        this.add(found.hits.map(({ seq }) => seq));
        this.more = found.next !== null || found.lag > 0;
        if (found.next === null) break;
        cursor = found.next;
      }
    } catch (error) {
      this.error = toViewError(error);
    }
    this.loading = false;
    if (!this.closed) this.options.changed();
  }

  private add(seqs: readonly number[]): void {
    this.hits = [...new Set([...this.hits, ...seqs])].sort((a, b) => a - b);
    this.options.changed();
  }
}

/** The seqs of the events that hold the text, in any case. */
function seqsWith(events: readonly SessionEvent[], query: string): number[] {
  const needle = query.toLowerCase();
  if (needle === "") return [];
  return events.filter((event) => textsOf(event).toLowerCase().includes(needle)).map(({ seq }) => seq);
}

/** Everything that an event says, texts as they read and not as JSON writes them. */
function textsOf({ data, type }: SessionEvent): string {
  const parts: string[] = [type];
  const walk = (value: unknown): void => {
    if (typeof value === "string") parts.push(value);
    else if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === "object" && value !== null) {
      for (const [key, child] of Object.entries(value)) {
        parts.push(key);
        walk(child);
      }
    } else parts.push(String(value));
  };
  walk(data);
  return parts.join("\n");
}
