import { formatFeedCursor } from "../../core/cursor.js";
import { AppError } from "../../core/errors.js";
import type { NewEvent } from "../../core/event.js";
import type { Session } from "../../core/session.js";
import type { State } from "../../core/state.js";
import type {
  Appended,
  AppendOptions,
  CommitHint,
  Decide,
  FeedPage,
  Page,
  PageQuery,
  SearchPage,
  SearchQuery,
  SessionPage,
  SessionQuery,
  SessionStore,
  Stats,
  StoreStatus,
} from "../session-store.js";
import { Appender } from "./appender.js";
import { Availability } from "./availability.js";
import { Checkpointer } from "./checkpointer.js";
import { CommitListeners } from "./commit-listeners.js";
import { CommitQueue } from "./commit-queue.js";
import { readFeedPage } from "./feed-pages.js";
import { FilePool } from "./file-pool.js";
import type { EngineOptions } from "./file-store.js";
import type { Batch } from "./hot-session.js";
import { HotSessions } from "./hot-sessions.js";
import { isDeletion, type JournalRecord } from "./journal-format.js";
import { Journal } from "./journal.js";
import { RecentCommits } from "./recent-commits.js";
import { RecentLinks } from "./recent-links.js";
import type { RecoveryReport } from "./recovery.js";
import { Removals } from "./removals.js";
import { SessionReader } from "./session-reader.js";
import { Snapshotter } from "./snapshotter.js";

const recentBytes = 4 * 1024 * 1024;
const openFiles = 512;

/** The file engine: how its parts work together. Opened by `openFileStore`. */
export class FileEngine implements SessionStore {
  private readonly options: EngineOptions;
  private readonly journal: Journal;
  private readonly pool: FilePool;
  private readonly queue: CommitQueue;
  private readonly sessions: HotSessions;
  private readonly reader: SessionReader;
  private readonly appender: Appender;
  private readonly snapshots: Snapshotter;
  private readonly checkpointer: Checkpointer;
  private readonly availability: Availability;
  private readonly recent = new RecentCommits(recentBytes);
  private readonly links: RecentLinks;
  private readonly removals: Removals;
  private readonly listeners: CommitListeners;
  private closed: Promise<void> | undefined;

  constructor(options: EngineOptions) {
    this.options = options;
    this.listeners = new CommitListeners(options.notify);
    const { layout, feed, io, now, notify, runId, observer, durability, index } = options;
    const pool = new FilePool(io, openFiles);
    const journal = new Journal({ folder: layout.journal, io, sync: durability !== "relaxed" });
    this.pool = pool;
    this.journal = journal;
    this.queue = new CommitQueue({
      journal,
      feed,
      pool,
      observer,
      onCommitted: (records, batches) => this.committed(records, batches),
      onFailed: (error, touched, removals) => this.availability.failed(error, touched, removals),
    });
    this.snapshots = new Snapshotter({ io, notify, intervalMs: options.snapshotIntervalMs ?? 1000 });
    this.sessions = new HotSessions({
      sessionsPath: layout.sessions,
      pool,
      io,
      now,
      notify,
      capacity: options.hotSessions ?? 1000,
      onVanished: (hot) => this.removals.vanished(hot.sessionId),
      onChanged: (changed, error) => this.availability.suspect(changed, error),
      onEvicted: (hot) => this.snapshots.mark(hot),
    });
    this.checkpointer = new Checkpointer({
      layout,
      journal,
      queue: this.queue,
      feed,
      pool,
      io,
      notify,
      segmentBytes: options.segmentBytes ?? 64 * 1024 * 1024,
      indexCheckpoint: () => index.checkpoint(),
      isWhole: () => this.availability.degraded === undefined,
      onSuspect: (sessions, error) => this.availability.suspect(sessions, error),
    });
    const { queue, sessions, snapshots, checkpointer, recent } = this;
    this.removals = new Removals({ layout, sessions, queue, pool, snapshots, checkpointer, io, notify, now });
    this.availability = new Availability({
      layout,
      journal,
      queue,
      feed,
      pool,
      io,
      notify,
      recent,
      letGo: (sessionId) => this.removals.letGo(sessionId),
      onMended: (mended, vanished) => this.mended(mended, vanished),
    });
    this.reader = new SessionReader(sessions, this.recent);
    this.appender = new Appender({ sessions, queue, pool, now, runId, obstacle: () => this.obstacle() });
    this.links = new RecentLinks({ layout, notify });
    this.catchUp(options.recovery);
  }

  /** Tells the index what the journal held; whatever is older it has seen before. */
  private catchUp({ sessions, deleted }: RecoveryReport): void {
    const { index } = this.options;
    index.update([...deleted].map((sessionId) => ({ sessionId, metadata: null })));
    this.reread(sessions);
    const seed = index
      .list({ limit: 10 })
      .then((page) => this.links.seed(page.sessions.map(({ sessionId }) => sessionId)));
    seed.catch(() => undefined);
  }

  /** Tells the index what the files of these sessions hold, and what their heads are. */
  private reread(sessionIds: ReadonlySet<string>): Map<string, number> {
    const heads = new Map<string, number>();
    for (const sessionId of sessionIds) {
      const hot = this.sessions.get(sessionId);
      heads.set(sessionId, hot?.durable.seq ?? 0);
      this.options.index.update([{ sessionId, metadata: hot?.durable.session.metadata ?? null }]);
      if (hot) this.snapshots.mark(hot);
    }
    return heads;
  }

  private mended(sessionIds: ReadonlySet<string>, vanished: ReadonlySet<string>): void {
    for (const sessionId of vanished) this.removals.vanished(sessionId);
    this.announce(this.reread(sessionIds));
  }

  append(sessionId: string, write: readonly NewEvent[] | Decide, options: AppendOptions = {}): Promise<Appended> {
    const started = performance.now();
    return this.appender.append(sessionId, write, options).then(
      (appended) => {
        this.options.observer?.appended((performance.now() - started) / 1000);
        return appended;
      },
      (error: unknown) => {
        throw this.availability.translate(error);
      },
    );
  }

  /** What a write has to wait for. @throws AppError `shutting_down` */
  private obstacle(): Promise<void> | undefined {
    if (this.closed)
      throw new AppError("shutting_down", "The server is shutting down. Retry in a moment.", { retryAfter: 2 });
    return this.availability.degraded ? this.availability.resume() : undefined;
  }

  async readSession(sessionId: string): Promise<Session | undefined> {
    return (await this.reader.find(sessionId))?.durable.session;
  }

  readStateAt(sessionId: string, at: number): Promise<State> {
    return this.reader.readStateAt(sessionId, at);
  }

  readPage(sessionId: string, query: PageQuery): Promise<Page> {
    return this.reader.readPage(sessionId, query);
  }

  async head(sessionId: string): Promise<number> {
    return (await this.reader.find(sessionId))?.durable.seq ?? 0;
  }

  async readFeed(after: string, limit: number): Promise<FeedPage> {
    const { feed } = this.options;
    return readFeedPage({ feed, recent: this.recent, filesOf: (id) => this.reader.filesOf(id) }, after, limit);
  }

  feedHead(): string {
    const { epoch, published } = this.options.feed;
    return formatFeedCursor({ epoch, position: published });
  }

  listSessions(query: SessionQuery): Promise<SessionPage> {
    return this.options.index.list(query);
  }

  search(query: SearchQuery): Promise<SearchPage> {
    return this.options.index.search(query);
  }

  stats(): Promise<Stats> {
    return this.options.index.stats();
  }

  async delete(sessionId: string): Promise<boolean> {
    await this.obstacle();
    try {
      return await this.removals.remove(sessionId);
    } catch (error) {
      throw this.availability.translate(error);
    }
  }

  private committed(records: readonly JournalRecord[], batches: readonly Batch[]): void {
    let heads = new Map<string, number>();
    for (const record of records) {
      const { sessionId } = record;
      this.recent.push(record);
      if (isDeletion(record)) this.options.index.update([{ sessionId, metadata: null }]);
      else if (heads.get(sessionId) === 0) {
        // Deleted and begun again in one group: listeners hear of both.
        this.announce(heads);
        heads = new Map();
      }
      heads.set(sessionId, isDeletion(record) ? 0 : record.last);
    }
    for (const { hot, after } of batches) {
      if (heads.get(hot.sessionId) !== after.seq) continue;
      this.options.index.update([{ sessionId: hot.sessionId, metadata: after.session.metadata }]);
      this.snapshots.mark(hot);
    }
    this.links.touch(heads);
    this.checkpointer.mark(records);
    this.announce(heads);
  }

  private announce(heads: ReadonlyMap<string, number>): void {
    this.listeners.tell({ heads, cursor: this.feedHead() });
  }

  onCommit(listener: (hint: CommitHint) => void): () => void {
    return this.listeners.add(listener);
  }

  status(): StoreStatus {
    const { degraded } = this.availability;
    return {
      path: this.options.path,
      writable: !degraded && !this.closed,
      reason: degraded?.reason ?? null,
      journalBytes: this.journal.bytes,
      indexLag: this.options.index.lag,
      hotSessions: this.sessions.size,
    };
  }

  /** Puts everything into the session files and their snapshots, so that the journal can go. */
  private async settleFiles(): Promise<void> {
    await this.availability.resume();
    await this.queue.idle();
    await this.snapshots.flush();
    await this.checkpointer.finish();
  }

  close(): Promise<void> {
    return (this.closed ??= this.shutDown());
  }

  private async shutDown(): Promise<void> {
    const { feed, index, lock, notify } = this.options;
    await this.queue.idle();
    this.listeners.clear();
    await this.links.flush();
    // A second try mends what the first has found wrong, be it a file or what an earlier fault left behind.
    await this.settleFiles()
      .catch(() => this.settleFiles())
      .catch((error: unknown) => {
        notify({
          level: "error",
          message: "The last checkpoint failed; the next start recovers from the journal",
          detail: { error },
        });
      });
    this.availability.stop();
    await index.close();
    this.pool.close();
    feed.close();
    lock.release();
  }
}
