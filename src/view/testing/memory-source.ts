import type { LiveEvent } from "../../client/types.js";
import { EventBuffer } from "../../client/event-buffer.js";
import { AppError } from "../../core/errors.js";
import type { SessionDeleted, SessionEvent } from "../../core/event.js";
import { sessionStatuses } from "../../core/metadata.js";
import { emptySession, reduceSession, type Session } from "../../core/session.js";
import { matchesFilter } from "../event-filter.js";
import type { EventPage, EventQuery, FollowOptions, ViewSource } from "../source.js";

interface Follower {
  sessionId: string | undefined;
  options: FollowOptions;
  buffer: EventBuffer<LiveEvent>;
}

/** A source whose sessions a test writes, whose connection it cuts, and whose reads it counts. */
export class MemorySource implements ViewSource {
  readonly kind = "server";
  readonly place = "memory";
  readonly approvals: ViewSource["approvals"] = null;
  /** What was asked, one line each. */
  readonly asked: string[] = [];
  /** Reads fail with this while it is set. */
  failure: AppError | null = null;
  private readonly logs = new Map<string, SessionEvent[]>();
  private readonly folds = new Map<string, Session>();
  private readonly followers = new Set<Follower>();

  /** Appends events and delivers them live, unless `silently`. */
  write(events: readonly SessionEvent[], { silently = false } = {}): void {
    for (const event of events) {
      const log = this.logs.get(event.sessionId) ?? [];
      log.push(event);
      this.logs.set(event.sessionId, log);
      const fold = this.folds.get(event.sessionId) ?? emptySession(event.sessionId);
      this.folds.set(event.sessionId, reduceSession(fold, event));
      if (!silently) this.deliver(event);
    }
  }

  remove(sessionId: string): void {
    this.logs.delete(sessionId);
    this.folds.delete(sessionId);
    this.deliver({ type: "session_deleted", sessionId, timestamp: new Date(0).toISOString() });
  }

  /** Tells followers how their connection stands. */
  show(status: Parameters<NonNullable<FollowOptions["onStatus"]>>[0]): void {
    for (const { options } of this.followers) options.onStatus?.(status);
  }

  /** Ends every live feed with a failure. */
  breakFeeds(error: AppError): void {
    for (const follower of this.followers) follower.buffer.end(error);
    this.followers.clear();
  }

  async listSessions({ user, status, tag, limit = 100, cursor }: Parameters<ViewSource["listSessions"]>[0]) {
    this.ask(`list ${status ?? "all"} ${limit} ${cursor ?? 0}`);
    const matching = [...this.folds.values()]
      .map(({ metadata }) => metadata)
      .filter((row) => user === undefined || row.userId === user)
      .filter((row) => status === undefined || row.status === status)
      .filter((row) => tag === undefined || row.tags.includes(tag))
      .sort((a, b) => Date.parse(b.updated) - Date.parse(a.updated));
    const from = Number(cursor ?? 0);
    const next = from + limit < matching.length ? String(from + limit) : null;
    return { sessions: matching.slice(from, from + limit), next };
  }

  async session(sessionId: string): Promise<Session> {
    this.ask(`session ${sessionId}`);
    const fold = this.folds.get(sessionId);
    if (!fold) throw new AppError("session_not_found", `There is no session '${sessionId}'.`);
    return fold;
  }

  async stateAt(sessionId: string, at: number) {
    this.ask(`state ${sessionId} ${at}`);
    return this.log(sessionId).slice(0, at).reduce(reduceSession, emptySession(sessionId)).state;
  }

  async events(sessionId: string, { after, before = Infinity, limit, filter }: EventQuery): Promise<EventPage> {
    this.ask(`events ${sessionId} ${after ?? "newest"} ${before} ${limit}`);
    const log = this.log(sessionId);
    const inRange = log.filter(({ seq }) => seq > (after ?? 0) && seq < before);
    const matching = inRange.filter((event) => matchesFilter(event, filter));
    const events = after === undefined ? matching.slice(-limit) : matching.slice(0, limit);
    return { events, more: matching.length > limit };
  }

  async search({ q, session }: { q: string; session?: string }) {
    this.ask(`search ${q}`);
    const log = session === undefined ? [] : this.log(session);
    const hits = log.filter(({ data }) => JSON.stringify(data).includes(q));
    const rows = hits.map(({ sessionId, seq, type, timestamp }) => ({
      sessionId,
      seq,
      type,
      timestamp,
      userId: null,
      snippet: "",
      score: 1,
    }));
    return { hits: rows, next: null, lag: 0 };
  }

  async stats() {
    this.ask("stats");
    const statuses = [...this.folds.values()].map(({ metadata }) => metadata.status);
    const count = Object.fromEntries(sessionStatuses.map((each) => [each, statuses.filter((s) => s === each).length]));
    const counts = count as Record<(typeof sessionStatuses)[number], number>;
    const events = [...this.logs.values()].reduce((total, log) => total + log.length, 0);
    return {
      total: statuses.length,
      ...counts,
      events,
      activeSessions: counts.active,
      completedSessions: counts.completed,
    };
  }

  async health() {
    return null;
  }

  follow(sessionId: string, after: number, options: FollowOptions): AsyncIterable<SessionEvent | SessionDeleted> {
    const missed = this.log(sessionId).filter(({ seq }) => seq > after);
    return this.open({ sessionId, options, buffer: filled(missed) });
  }

  followAll(options: FollowOptions): AsyncIterable<LiveEvent> {
    return this.open({ sessionId: undefined, options, buffer: filled([]) });
  }

  async close() {}

  private open(follower: Follower): AsyncIterable<LiveEvent> {
    const { buffer, options } = follower;
    this.followers.add(follower);
    options.signal.addEventListener("abort", () => {
      this.followers.delete(follower);
      buffer.discard();
    });
    options.onStatus?.({ state: "live" });
    return { [Symbol.asyncIterator]: () => ({ next: () => buffer.take() }) };
  }

  private deliver(event: LiveEvent): void {
    for (const { sessionId, buffer } of this.followers) {
      if (sessionId === undefined || sessionId === event.sessionId) buffer.push(event, 1);
    }
  }

  private log(sessionId: string): SessionEvent[] {
    const log = this.logs.get(sessionId);
    if (!log) throw new AppError("session_not_found", `There is no session '${sessionId}'.`);
    return log;
  }

  private ask(question: string): void {
    this.asked.push(question);
    if (this.failure) throw this.failure;
  }
}

function filled(events: readonly SessionEvent[]): EventBuffer<LiveEvent> {
  const buffer = new EventBuffer<LiveEvent>({ items: Infinity, weight: Infinity });
  for (const event of events) buffer.push(event, 1);
  return buffer;
}
