import { implicitCreation, streamOf, streams, type NewEvent } from "../../core/event.js";
import { reduceSession } from "../../core/session.js";
import { encodeLine } from "../line.js";
import type { Appended, AppendedEvent, AppendOptions, Decide } from "../session-store.js";
import { sessionNotFound } from "../store-errors.js";
import type { CommitQueue } from "./commit-queue.js";
import { findEvent, scanEventIds } from "./event-id-scan.js";
import type { FilePool } from "./file-pool.js";
import { createBatch, packBatch, type Batch, type HotSession } from "./hot-session.js";
import type { HotSessions } from "./hot-sessions.js";

interface AppenderOptions {
  sessions: HotSessions;
  queue: CommitQueue;
  pool: FilePool;
  now: () => number;
  /** What an append has to wait for first; nothing mostly. @throws AppError while nothing is taken */
  obstacle(): Promise<void> | undefined;
  /** A few characters that no other run of the server uses, so that the ids it makes are never made again. */
  runId: string;
}

type Attempt = { done: Promise<Appended> } | { wait: Promise<unknown> };

/**
 * Takes events in: one session's appends are decided, numbered and folded one after the other,
 * in the turn of the event loop in which they arrive, and acknowledged when their commit is durable.
 */
export class Appender {
  private readonly options: AppenderOptions;
  private readonly ownId: RegExp;
  private clock = { milliseconds: 0, text: "" };

  constructor(options: AppenderOptions) {
    this.options = options;
    this.ownId = /^[0-9a-z]{8}-(\d{1,15})$/;
  }

  /** Holds the events no longer than it takes to accept them: what waits for its commit should weigh little. */
  append(sessionId: string, write: readonly NewEvent[] | Decide, options: AppendOptions): Promise<Appended> {
    return new Promise((resolve) => {
      const attempt = this.attempt(sessionId, write, options);
      resolve("done" in attempt ? attempt.done : attempt.wait.then(() => this.append(sessionId, write, options)));
    });
  }

  /** Accepts the append, within this turn of the event loop, or says what it has to wait for first. */
  private attempt(sessionId: string, write: readonly NewEvent[] | Decide, options: AppendOptions): Attempt {
    const obstacle = this.options.obstacle();
    if (obstacle) return { wait: obstacle };
    const hot = this.options.sessions.get(sessionId);
    // Looking for the session may have found that its files were changed from outside.
    const second = this.options.obstacle() ?? hot?.leaving;
    if (second) return { wait: second };
    const given = typeof write === "function" ? [] : write;
    if (mustScan(hot, given, options)) return { wait: scanEventIds(hot!) };
    const earlier = options.eventId === undefined ? undefined : this.findEarlier(hot, options.eventId);
    if (earlier) return { done: this.acknowledged(hot!, earlier) };
    const events = typeof write === "function" ? write(hot?.staged.session) : write;
    if (mustScan(hot, events, options)) return { wait: scanEventIds(hot!) };
    return { done: this.accept(sessionId, hot, events, options) };
  }

  private accept(
    sessionId: string,
    hot: HotSession | undefined,
    events: readonly NewEvent[],
    options: AppendOptions,
  ): Promise<Appended> {
    if (events.length === 0) return Promise.resolve({ events: [] });
    if (!hot && options.implicit === false && events[0]?.type !== "session_created") throw sessionNotFound(sessionId);
    const accepting = hot ?? this.options.sessions.create(sessionId);
    const appended = { events: this.stage(accepting, events) };
    const isSettled = !accepting.batch && accepting.pending === 0;
    return isSettled ? Promise.resolve(appended) : this.commit(accepting).then(() => appended);
  }

  private stage(hot: HotSession, events: readonly NewEvent[]): AppendedEvent[] {
    try {
      this.openFiles(hot, events);
    } catch (error) {
      if (hot.staged.seq === 0) this.options.sessions.drop(hot.sessionId);
      throw error;
    }
    if (hot.staged.seq === 0 && events[0]!.type !== "session_created") {
      this.stageOne(hot, implicitCreation(events[0]!));
    }
    const appended = events.map((event) => {
      const earlier = event.eventId === undefined ? undefined : this.findEarlier(hot, event.eventId);
      return earlier ?? this.stageOne(hot, event);
    });
    if (hot.batch) packBatch(hot.batch);
    return appended;
  }

  /** Fails before anything is accepted where a file of this session cannot be opened. */
  private openFiles(hot: HotSession, events: readonly NewEvent[]): void {
    if (hot.staged.seq === 0) this.options.pool.acquire(hot.paths.changes);
    for (const stream of streams) {
      if (hot.batch && hot.batch.bytes[stream].length > 0) continue;
      if (events.some(({ type }) => streamOf(type) === stream)) this.options.pool.acquire(hot.paths[stream]);
    }
  }

  private stageOne(hot: HotSession, event: NewEvent): AppendedEvent {
    const receivedAt = this.timestamp();
    const { timestamp = receivedAt, data, type } = event;
    const seq = hot.staged.seq + 1;
    const eventId = event.eventId ?? `${this.options.runId}-${seq}`;
    const batch = this.batchOf(hot);
    batch.texts[streamOf(type)] += `${encodeLine(event, { seq, timestamp, receivedAt, eventId })}\n`;
    batch.last = seq;
    const session = reduceSession(hot.staged.session, { type, seq, timestamp, receivedAt, data });
    hot.staged = { seq, session, sizes: hot.staged.sizes };
    const appended: AppendedEvent = { seq, eventId, timestamp, duplicate: false };
    if (event.eventId !== undefined) {
      batch.eventIds.push(appended);
      hot.unsettled.set(eventId, { ...appended, duplicate: true });
    }
    return appended;
  }

  private batchOf(hot: HotSession): Batch {
    if (hot.batch) return hot.batch;
    hot.batch = createBatch(hot);
    this.options.queue.add(hot.batch);
    return hot.batch;
  }

  /** Resolves when everything that the session has accepted so far is durable. */
  private commit(hot: HotSession): Promise<void> {
    const { batch } = hot;
    if (!batch) return this.options.queue.committed(hot);
    return new Promise((resolve, reject) => batch.waiters.push({ resolve, reject }));
  }

  private findEarlier(hot: HotSession | undefined, eventId: string): AppendedEvent | undefined {
    if (!hot) return undefined;
    const unsettled = hot.unsettled.get(eventId);
    if (unsettled) return unsettled;
    for (const seq of hot.eventIds.candidates(eventId)) {
      const found = findEvent(hot, seq, eventId);
      if (found) return found;
    }
    const own = this.ownId.exec(eventId);
    return own ? findEvent(hot, Number(own[1]), eventId) : undefined;
  }

  /** An earlier append is only answered once it is durable itself. */
  private async acknowledged(hot: HotSession, earlier: AppendedEvent): Promise<Appended> {
    if (earlier.seq > hot.durable.seq) await this.commit(hot);
    return { events: [earlier] };
  }

  private timestamp(): string {
    const milliseconds = this.options.now();
    if (milliseconds !== this.clock.milliseconds) {
      this.clock = { milliseconds, text: new Date(milliseconds).toISOString() };
    }
    return this.clock.text;
  }
}

/** Whether ids that the session may hold already are not known yet. */
function mustScan(hot: HotSession | undefined, events: readonly NewEvent[], options: AppendOptions): boolean {
  return (
    hot !== undefined &&
    hot.unscanned > 0 &&
    (options.eventId !== undefined || events.some(({ eventId }) => eventId !== undefined))
  );
}
