import type { LiveEvent } from "../client/types.js";
import { AppError } from "../core/errors.js";
import type { Metadata } from "../core/metadata.js";
import { connecting, reduceConnection, type Connection } from "./connection.js";
import { Frames } from "./frames.js";
import { isPassing, keepTrying } from "./keep-trying.js";
import type { ViewClock } from "./observable.js";
import { perSecond, RateRing } from "./rate-ring.js";
import { keepInView, moveScroll, type Scroll } from "./scroll.js";
import { rowOf } from "./session-entry.js";
import { defaultListQuery, rateSeconds, type SessionListQuery, type SessionListSnapshot, type SessionListView } from "./session-list-types.js"; // prettier-ignore
import { MissingSessions } from "./missing-sessions.js";
import { SessionPager } from "./session-pager.js";
import { SessionTable } from "./session-table.js";
import type { FollowOptions, ViewSource } from "./source.js";
import { SourceFigures } from "./source-figures.js";
import { readSummary, Summaries } from "./summaries.js";
import { toViewError } from "./view-error.js";

export interface ViewOptions {
  source: ViewSource;
  clock: ViewClock;
  /** Notifications a second, at most. Default 20. */
  framesPerSecond?: number;
  /** In [0, 1), for the jitter of retries; injected by tests. */
  random?: () => number;
}

export interface SessionListOptions extends ViewOptions {
  query?: Partial<SessionListQuery>;
  /** Told of each live event, also of those that no row shows. */
  onEvent?: (event: LiveEvent) => void;
}

/** Begins to load and to listen at once. */
export function createSessionList(options: SessionListOptions): SessionListView {
  return new SessionListModel(options);
}

/** So many rows behind the window are to be there before anybody scrolls to them. */
const margin = 100;
/** Rows change places this often at most; milliseconds. */
const reorderMs = 1_000;

class SessionListModel implements SessionListView {
  readonly getSnapshot: () => SessionListSnapshot;
  readonly subscribe: (listener: () => void) => () => void;
  private readonly options: SessionListOptions;
  private readonly frames: Frames<SessionListSnapshot>;
  private readonly stop = new AbortController();
  private readonly table = new SessionTable();
  private readonly pager: SessionPager;
  private readonly summaries: Summaries;
  private readonly rate = new RateRing(rateSeconds);
  private connection: Connection = connecting;
  private scroll: Scroll = { offset: 0, height: 50, selected: -1 };
  private selectedId: string | null = null;
  private readonly figures: SourceFigures;
  private readonly missing: MissingSessions;
  private users: readonly string[] = [];
  private tags: readonly string[] = [];
  private rows: SessionListSnapshot["rows"] = [];
  private arrangedAt = -Infinity;

  constructor(options: SessionListOptions) {
    this.options = options;
    const { source, clock, framesPerSecond = 20 } = options;
    this.frames = new Frames({ clock, perSecond: framesPerSecond, tickMs: 1_000, make: () => this.snapshot() });
    this.getSnapshot = this.frames.getSnapshot;
    this.subscribe = this.frames.subscribe;
    this.pager = new SessionPager({
      source,
      changed: this.frames.request,
      take: (sessions, frontier) => this.takePage(sessions, frontier),
    });
    this.summaries = new Summaries(
      (sessionId) => readSummary(source, sessionId),
      (sessionId) => {
        this.table.touch(sessionId);
        this.frames.request();
      },
    );
    this.figures = new SourceFigures({ source, changed: this.frames.request });
    this.missing = new MissingSessions({ source, clock, table: this.table, changed: this.frames.request });
    this.table.setQuery({ ...defaultListQuery, ...options.query });
    this.pager.setFilter(this.table.query);
    this.load();
    void this.run();
  }

  setQuery(change: Partial<SessionListQuery>): void {
    this.table.setQuery({ ...this.table.query, ...change });
    if (this.pager.setFilter(this.table.query)) this.table.setFrontier(Infinity);
    this.scroll = { ...this.scroll, offset: 0 };
    this.arrange(false);
    this.load();
    this.frames.act();
  }

  setWindow(offset: number, height: number): void {
    if (offset === this.scroll.offset && height === this.scroll.height) return;
    this.scroll = keepInView({ offset, height, selected: -1 }, this.table.rows.length);
    this.load();
    this.frames.act();
  }

  select(sessionId: string | null): void {
    this.selectedId = sessionId;
    this.showSelected(this.selectedIndex());
  }

  moveSelection(by: number): void {
    const { rows } = this.table;
    const moved = moveScroll({ ...this.scroll, selected: this.selectedIndex() }, by, rows.length);
    this.selectedId = rows[moved.selected]?.metadata.sessionId ?? null;
    this.showSelected(moved.selected);
  }

  refresh(): void {
    this.pager.restart();
    this.summaries.clear();
    this.figures.expire();
    this.load();
    this.frames.act();
  }

  close(): void {
    this.stop.abort();
    this.missing.close();
    this.frames.close();
  }

  private selectedIndex(): number {
    const { selectedId } = this;
    if (selectedId === null) return -1;
    const entry = this.table.get(selectedId);
    return entry ? this.table.rows.indexOf(entry) : -1;
  }

  private showSelected(selected: number): void {
    this.scroll = { ...keepInView({ ...this.scroll, selected }, this.table.rows.length), selected: -1 };
    this.load();
    this.frames.act();
  }

  private snapshot(): SessionListSnapshot {
    const now = this.options.clock.now();
    this.table.settle(now);
    this.arrange(now - this.arrangedAt < reorderMs);
    this.figures.read(now);
    const { table, pager, connection, selectedId } = this;
    const { stats, health } = this.figures;
    const { offset, height } = this.scroll;
    const shown = table.rows.slice(offset, offset + height);
    this.summaries.want(shown.map(({ metadata }) => metadata.sessionId));
    const rows = shown.map((entry) => rowOf(entry, this.summaries.get(entry.metadata.sessionId), now));
    if (rows.length !== this.rows.length || rows.some((row, index) => row !== this.rows[index])) this.rows = rows;
    const rate = this.rate.read(now);
    return {
      now,
      connection,
      query: table.query,
      rows: this.rows,
      offset,
      count: table.rows.length,
      hasMore: pager.hasMore,
      loading: pager.loading,
      error: pager.error,
      selectedId,
      selectedIndex: this.selectedIndex(),
      totals: { stats, waiting: table.waiting, rate, eventsPerSecond: perSecond(rate) },
      health,
      users: this.knownUsers(),
      tags: this.knownTags(),
    };
  }

  private knownUsers(): readonly string[] {
    if (this.users.length !== this.table.users.size) this.users = [...this.table.users].sort();
    return this.users;
  }

  private knownTags(): readonly string[] {
    if (this.tags.length !== this.table.tags.size) this.tags = [...this.table.tags].sort();
    return this.tags;
  }

  /** Puts changed rows in their places; a selection that was in the window stays in it. */
  private arrange(calm: boolean): void {
    const before = this.table.rows;
    const selected = this.selectedIndex();
    this.table.arrange(calm);
    if (before === this.table.rows) return;
    if (!calm) this.arrangedAt = this.options.clock.now();
    const { offset, height } = this.scroll;
    const wasInView = selected >= offset && selected < offset + height;
    const now = wasInView ? this.selectedIndex() : -1;
    this.scroll = { ...keepInView({ offset, height, selected: now }, this.table.rows.length), selected: -1 };
  }

  /** Reads on where the window reaches for rows that are not there yet. */
  private load(): void {
    const { query } = this.table;
    const scan = query.text !== "" || query.waiting || query.sort !== "activity" || !query.descending;
    const needsAll = query.sort !== "activity" || !query.descending;
    const missing = this.table.rows.length < this.scroll.offset + this.scroll.height + margin;
    if (needsAll || missing) void this.pager.next(scan);
  }

  private takePage(sessions: readonly Metadata[], frontier: number): void {
    for (const metadata of sessions) this.table.put(metadata);
    this.table.setFrontier(frontier);
    this.arrange(false);
    this.load();
    this.frames.request();
  }

  /** Listens to all sessions and loads what there is; begins anew where the source's log was replaced. */
  private async run(): Promise<void> {
    const { clock, random } = this.options;
    const { signal } = this.stop;
    const failed = (error: unknown, attempt: number, retryAt: number) => this.failed(error, attempt, retryAt);
    await keepTrying(() => this.listen(), { clock, signal, failed, random });
  }

  private async listen(): Promise<void> {
    const { source, clock } = this.options;
    const { signal } = this.stop;
    const onStatus: FollowOptions["onStatus"] = (status) => {
      const before = this.connection;
      this.connection = reduceConnection(before, status, clock.now());
      // Only once the feed is live nothing is missed between what is read and what comes.
      if (this.connection.state === "live" && before.state !== "live") this.back();
      this.frames.request();
    };
    for await (const event of source.followAll({ signal, onStatus })) this.take(event);
    if (!signal.aborted) throw new AppError("no_server", "The live feed ended.");
  }

  private back(): void {
    this.pager.retry();
    this.summaries.retry();
    this.figures.expire();
    this.load();
    void this.missing.readTop();
    void this.missing.readWaiting();
  }

  private failed(error: unknown, attempt: number, retryAt: number): boolean {
    const { now } = this.options.clock;
    const wasReplaced = error instanceof AppError && error.code === "invalid_cursor";
    if (!wasReplaced && !isPassing(error)) {
      this.connection = { state: "failed", since: now(), error: toViewError(error) };
      this.frames.request();
      return false;
    }
    if (wasReplaced) this.refresh();
    const reason = toViewError(error).message;
    this.connection = reduceConnection(this.connection, { state: "waiting", attempt, retryAt, reason }, now());
    this.frames.request();
    return true;
  }

  private take(event: LiveEvent): void {
    const now = this.options.clock.now();
    this.rate.add(now);
    this.frames.request();
    this.options.onEvent?.(event);
    if (event.type === "session_deleted") {
      this.table.remove(event.sessionId);
      this.summaries.forget(event.sessionId);
      this.figures.expire();
      return;
    }
    if (!this.table.take(event, now)) this.missing.find(event);
    this.summaries.take(event);
    if (event.type === "session_created" || event.type === "session_finalized") this.figures.expire();
  }
}
