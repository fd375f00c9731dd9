import { formatFeedCursor, parseFeedCursor } from "../../core/cursor.js";
import { AppError } from "../../core/errors.js";
import { implicitCreation, streamOf, type NewEvent, type Stream } from "../../core/event.js";
import { emptySession, reduceSession, type Session } from "../../core/session.js";
import type { State } from "../../core/state.js";
import { encodeLine, foldedEvent, toEventLine, typeOfLine, type Stamp } from "../line.js";
import { pageOf, selectLines, type StoredLine } from "../page.js";
import { sessionNotFound } from "../store-errors.js";
import type {
  Appended,
  AppendedEvent,
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
import { listInMemory, searchInMemory, statsInMemory } from "./memory-queries.js";

export interface MemorySession {
  session: Session;
  lines: StoredLine[];
  eventIds: Map<string, AppendedEvent>;
}

interface FeedEntry {
  sessionId: string;
  line: StoredLine | undefined;
  deletedAt: string;
}

interface MemoryStoreOptions {
  now?: () => number;
}

/** A store that forgets with its process: the reference that the suite and tests of the server run on. */
export function createMemoryStore({ now = Date.now }: MemoryStoreOptions = {}): SessionStore {
  return new MemoryStore(now);
}

class MemoryStore implements SessionStore {
  private readonly sessions = new Map<string, MemorySession>();
  private readonly feed: FeedEntry[] = [];
  private readonly listeners = new Set<(hint: CommitHint) => void>();
  private readonly now: () => number;
  private made = 0;

  constructor(now: () => number) {
    this.now = now;
  }

  async append(sessionId: string, write: readonly NewEvent[] | Decide, options: AppendOptions = {}): Promise<Appended> {
    const stored = this.sessions.get(sessionId);
    const earlier = options.eventId === undefined ? undefined : stored?.eventIds.get(options.eventId);
    if (earlier) return { events: [earlier] };
    const events = typeof write === "function" ? write(stored?.session) : write;
    if (events.length === 0) return { events: [] };
    if (!stored && options.implicit === false && events[0]?.type !== "session_created")
      throw sessionNotFound(sessionId);
    return { events: this.store(sessionId, stored, events) };
  }

  private store(sessionId: string, known: MemorySession | undefined, events: readonly NewEvent[]): AppendedEvent[] {
    const target = known ?? { session: emptySession(sessionId), lines: [], eventIds: new Map() };
    this.sessions.set(sessionId, target);
    if (!known && events[0]!.type !== "session_created") this.storeOne(sessionId, target, implicitCreation(events[0]!));
    const appended = events.map((event) => this.storeOne(sessionId, target, event));
    this.announce(new Map([[sessionId, target.lines.length]]));
    return appended;
  }

  private storeOne(sessionId: string, target: MemorySession, event: NewEvent): AppendedEvent {
    const earlier = event.eventId === undefined ? undefined : target.eventIds.get(event.eventId);
    if (earlier) return earlier;
    const receivedAt = new Date(this.now()).toISOString();
    const seq = target.lines.length + 1;
    const stamp: Stamp = {
      seq,
      timestamp: event.timestamp ?? receivedAt,
      receivedAt,
      eventId: event.eventId ?? `memory-${++this.made}`,
    };
    const line: StoredLine = { stream: streamOf(event.type), seq, text: encodeLine(event, stamp) };
    target.lines.push(line);
    target.session = reduceSession(target.session, foldedEvent(line.stream, line.text)!);
    const { eventId, timestamp } = stamp;
    target.eventIds.set(eventId, { seq, eventId, timestamp, duplicate: true });
    this.feed.push({ sessionId, line, deletedAt: "" });
    return { seq, eventId, timestamp, duplicate: false };
  }

  private announce(heads: Map<string, number>): void {
    const cursor = this.feedHead();
    for (const listener of this.listeners) listener({ heads, cursor });
  }

  async readSession(sessionId: string): Promise<Session | undefined> {
    return this.sessions.get(sessionId)?.session;
  }

  async readStateAt(sessionId: string, at: number): Promise<State> {
    const stored = this.sessions.get(sessionId);
    if (!stored) throw sessionNotFound(sessionId);
    if (at > stored.lines.length)
      throw new AppError("invalid_input", `The session has ${stored.lines.length} events; ask for at most that seq.`);
    const fold = (session: Session, { stream, text }: StoredLine) => reduceSession(session, foldedEvent(stream, text)!);
    return stored.lines.slice(0, at).reduce(fold, emptySession(sessionId)).state;
  }

  async readPage(sessionId: string, query: PageQuery): Promise<Page> {
    const stored = this.sessions.get(sessionId);
    if (!stored) throw sessionNotFound(sessionId);
    const matches = ({ stream, text }: StoredLine) => matchesTypes(query, stream, text);
    const inStream = stored.lines.filter(({ stream }) => query.of === "events" || stream === query.of);
    const { lines, more } = selectLines(inStream.filter(matches), query);
    const texts = lines.map(({ stream, text }) =>
      query.of === "events" ? toEventLine(stream, sessionId, text) : text,
    );
    return pageOf(texts, lines, more);
  }

  async head(sessionId: string): Promise<number> {
    return this.sessions.get(sessionId)?.lines.length ?? 0;
  }

  async readFeed(after: string, limit: number): Promise<FeedPage> {
    const { epoch, position } = parseFeedCursor(after);
    if (epoch !== "memory" || position > this.feed.length) {
      throw new AppError("invalid_cursor", "This cursor is of another log. Start again without it.");
    }
    const entries = this.feed.slice(position, position + limit);
    const lines = entries.map(({ sessionId, line, deletedAt }, index) => {
      const cursor = formatFeedCursor({ epoch: "memory", position: position + index + 1 });
      return line
        ? toEventLine(line.stream, sessionId, line.text, cursor)
        : JSON.stringify({ type: "session_deleted", sessionId, cursor, timestamp: deletedAt });
    });
    const next = position + entries.length;
    return {
      lines: Buffer.from(lines.map((line) => `${line}\n`).join("")),
      count: lines.length,
      next: formatFeedCursor({ epoch: "memory", position: next }),
      more: next < this.feed.length,
    };
  }

  feedHead(): string {
    return formatFeedCursor({ epoch: "memory", position: this.feed.length });
  }

  async listSessions(query: SessionQuery): Promise<SessionPage> {
    return listInMemory(this.sessions, query);
  }

  async search(query: SearchQuery): Promise<SearchPage> {
    return searchInMemory(this.sessions, query);
  }

  async stats(): Promise<Stats> {
    return statsInMemory(this.sessions);
  }

  async delete(sessionId: string): Promise<boolean> {
    if (!this.sessions.delete(sessionId)) return false;
    this.feed.push({ sessionId, line: undefined, deletedAt: new Date(this.now()).toISOString() });
    this.announce(new Map([[sessionId, 0]]));
    return true;
  }

  onCommit(listener: (hint: CommitHint) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  status(): StoreStatus {
    return { path: null, writable: true, reason: null, journalBytes: 0, indexLag: 0, hotSessions: this.sessions.size };
  }

  async close(): Promise<void> {
    this.listeners.clear();
  }
}

function matchesTypes({ of, types }: PageQuery, stream: Stream, text: string): boolean {
  if (types === undefined || types.length === 0) return true;
  if (of !== "events") return types.includes(typeOfLine(text));
  return types.includes(stream === "changes" ? typeOfLine(text) : stream === "actions" ? "action" : "response");
}
