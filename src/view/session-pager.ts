import type { ListSessions, SessionList } from "../client/types.js";
import type { Metadata } from "../core/metadata.js";
import type { ViewError } from "./observable.js";
import type { SessionListQuery } from "./session-list-types.js";
import type { ViewSource } from "./source.js";
import { toViewError } from "./view-error.js";

export interface SessionPagerOptions {
  source: Pick<ViewSource, "listSessions">;
  /** Takes the rows of a page; `frontier` is the activity down to which all are known now. */
  take(sessions: readonly Metadata[], frontier: number): void;
  changed(): void;
}

const pageSize = 200;
/** What is asked first where nothing is filtered. */
export const firstList: ListSessions = { limit: pageSize };
/** While few of the rows match, more are read at a time. */
const scanSize = 1_000;

/** Reads a listing page by page, as far as it is wanted. */
export class SessionPager {
  loading = false;
  error: ViewError | null = null;
  private readonly options: SessionPagerOptions;
  private filter: Pick<SessionListQuery, "status" | "userId" | "tag"> = { status: null, userId: null, tag: null };
  /** Undefined before the first page, null behind the last. */
  private cursor: string | null | undefined;
  private run = 0;

  constructor(options: SessionPagerOptions) {
    this.options = options;
  }

  get hasMore(): boolean {
    return this.cursor !== null;
  }

  /** Begins anew with another filter; false where it is the same and nothing needs to be read again. */
  setFilter({ status: wanted, userId, tag, waiting }: SessionListQuery): boolean {
    const { filter } = this;
    // None but an active session waits.
    const status = waiting ? "active" : wanted;
    if (filter.status === status && filter.userId === userId && filter.tag === tag) return false;
    this.filter = { status, userId, tag };
    this.restart();
    return true;
  }

  restart(): void {
    this.run += 1;
    this.cursor = undefined;
    this.loading = false;
    this.error = null;
  }

  /** Reads a page, unless one is being read, or there are no more; `scan`: few of its rows will be shown. */
  async next(scan: boolean): Promise<void> {
    if (this.loading || this.error || this.cursor === null) return;
    const run = this.run;
    this.loading = true;
    this.options.changed();
    const page = await this.read(scan ? scanSize : pageSize).catch(toViewError);
    if (run !== this.run) return;
    this.loading = false;
    if ("code" in page) this.error = page;
    else this.takePage(page);
    this.options.changed();
  }

  private read(limit: number): Promise<SessionList> {
    const { status, userId, tag } = this.filter;
    const query = { status: status ?? undefined, user: userId ?? undefined, tag: tag ?? undefined };
    return this.options.source.listSessions({ ...query, limit, cursor: this.cursor ?? undefined });
  }

  private takePage({ sessions, next }: SessionList): void {
    this.cursor = next;
    const last = Date.parse(sessions.at(-1)?.updated ?? "");
    this.options.take(sessions, next === null || Number.isNaN(last) ? -Infinity : last);
  }

  /** What failed is tried again. */
  retry(): void {
    this.error = null;
  }
}
