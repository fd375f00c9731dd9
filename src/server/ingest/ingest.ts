import type { Logger } from "pino";
import { AppError } from "../../core/errors.js";
import type { NewEvent } from "../../core/event.js";
import { isTryOutId } from "../../core/ids.js";
import type { Session } from "../../core/session.js";
import type { Appended, SessionStore } from "../../storage/session-store.js";
import { createStories } from "./stories.js";
import type { Story } from "./story.js";
import { storableEvent } from "./storable.js";

/** What a mapping may know of a session: its folds, and what its agent has told so far. */
export interface Known {
  /** Undefined where there is none yet. */
  session: Session | undefined;
  story: Story;
}

/** One report of an agent about one session. */
export interface Report {
  /** The program that it is from: `claude-code`, `codex`, `gemini`, `otel`, … */
  source: string;
  /**
   * The events that the report makes; none where it says nothing new. Pure: it may run more than
   * once. Events with a deterministic `eventId` are stored once, whoever reports them.
   */
  map: (known: Known) => readonly NewEvent[];
  /** Where the session holds this eventId already, the report is a repeat and is not mapped. */
  eventId?: string;
  /** The report is the server's own, and no sign of the agent. */
  unseen?: boolean;
}

/** What became of one source's reports since the server started. Times are RFC 3339. */
export interface SourceFigures {
  source: string;
  reports: number;
  events: number;
  lastAt: string | null;
  lastSessionId: string | null;
  /** Records of telemetry that tell nothing of the session: they are of the telemetry itself, or told otherwise. */
  leftOut: number;
  dropped: number;
  /** The newest reports that nothing could be made of. */
  drops: { at: string; reason: string; sample: string }[];
}

/** The one way in which what an agent reports becomes events. */
export interface Ingest {
  /**
   * Stores what a report says, in the order in which the reports of a session come in, and resolves
   * when it is durable. What cannot be stored as it is (keys that touch a prototype, nesting without
   * end) is made storable; secrets are redacted.
   *
   * @throws AppError as the store does
   */
  take(sessionId: string, report: Report): Promise<Appended>;
  /** Counts and logs a report that nothing could be made of. */
  drop(source: string, reason: string, body: unknown): void;
  /** Counts records that tell nothing of any session. */
  leaveOut(source: string, records: number): void;
  figures(): SourceFigures[];
}

interface IngestOptions {
  store: SessionStore;
  now: () => number;
  logger: Logger;
  /** What a redactor leaves of an event's data. */
  redact?: (event: NewEvent) => NewEvent;
  /** Told of each report that was stored, for what watches over sessions. */
  onTaken?: (sessionId: string, report: Report) => void;
  /** Told of the events of each report, the server's own among them, once they are stored. */
  onStored?: (events: readonly NewEvent[]) => void;
}

/** Mapping again on what another writer stored meanwhile; beyond this, the report is mapped on what is known. */
const mostAttempts = 5;

/** So many reports of one session wait for the storage; whoever sends more is to try again. */
const longestQueue = 1000;

function overrun(): AppError {
  const message = "The storage is too slow for the reports of this session. Send this one again in a moment.";
  return new AppError("storage_unavailable", message, { retryAfter: 1 });
}

/** Thrown out of a decision that was not made: others have stored something meanwhile. */
class Behind extends Error {}

export function createIngest({
  store,
  now,
  logger,
  redact = (event) => event,
  onTaken,
  onStored,
}: IngestOptions): Ingest {
  const stories = createStories(store);
  const ledger = createLedger(now);
  const inTurn = createTurns();

  async function mapAndAppend(sessionId: string, { map, eventId }: Report): Promise<Appended> {
    for (let attempt = 1; ; attempt++) {
      const story = await stories.upToDate(sessionId, attempt > 1);
      let events: NewEvent[] = [];
      const decide = (session: Session | undefined): NewEvent[] => {
        if (attempt < mostAttempts && (session?.state.seq ?? 0) !== story.seq) throw new Behind();
        events = withEventId(map({ session, story }), eventId).map((event) => redact(storableEvent(event)));
        return events;
      };
      try {
        const appended = await store.append(sessionId, decide, { eventId });
        stories.appended(sessionId, events, appended.events);
        onStored?.(events);
        return appended;
      } catch (error) {
        if (!(error instanceof Behind)) throw error;
      }
    }
  }

  return {
    async take(sessionId, report) {
      const appended = await inTurn(sessionId, () => mapAndAppend(sessionId, report));
      if (!report.unseen) {
        // What `connect` sends to try itself out is no report of an agent's.
        if (!isTryOutId(sessionId))
          ledger.taken(report.source, sessionId, appended.events.filter(({ duplicate }) => !duplicate).length);
        onTaken?.(sessionId, report);
      }
      return appended;
    },
    drop(source, reason, body) {
      const { data } = redact({ type: "action", data: { type: "sample", sample: sampleOf(body) } });
      const sample = String(data["sample"]);
      ledger.dropped(source, reason, sample);
      logger.warn({ source, reason, sample }, "a report of an agent was dropped");
    },
    leaveOut: ledger.leftOut,
    figures: ledger.figures,
  };
}

/** One report of a session after the other, so that each is mapped on what the last one left. */
function createTurns() {
  const queues = new Map<string, { last: Promise<unknown>; length: number }>();
  return async <T>(sessionId: string, run: () => Promise<T>): Promise<T> => {
    const queue = queues.get(sessionId) ?? { last: Promise.resolve(), length: 0 };
    if (queue.length >= longestQueue) throw overrun();
    const before = queue.last;
    const { promise: done, resolve } = Promise.withResolvers<void>();
    queues.set(sessionId, queue);
    queue.last = done;
    queue.length += 1;
    await before;
    try {
      return await run();
    } finally {
      resolve();
      queue.length -= 1;
      if (queue.length === 0) queues.delete(sessionId);
    }
  };
}

/** Marks what a report makes with the report's own id, so that a repeat is known. */
function withEventId(events: readonly NewEvent[], eventId: string | undefined): readonly NewEvent[] {
  const free = eventId === undefined ? -1 : events.findIndex((event) => event.eventId === undefined);
  return free === -1 ? events : events.with(free, { ...events[free]!, eventId });
}

const longestSample = 500;
const mostDrops = 20;
const mostSources = 100;

function sampleOf(body: unknown): string {
  const text = typeof body === "string" ? body : (JSON.stringify(body) ?? String(body));
  return text.length > longestSample ? `${text.slice(0, longestSample)}…` : text;
}

function createLedger(now: () => number) {
  const sources = new Map<string, SourceFigures>();
  const of = (source: string): SourceFigures => {
    const name = sources.has(source) || sources.size < mostSources ? source : "others";
    const known = sources.get(name);
    if (known) return known;
    const made = {
      source: name,
      reports: 0,
      events: 0,
      lastAt: null,
      lastSessionId: null,
      leftOut: 0,
      dropped: 0,
      drops: [],
    };
    sources.set(name, made);
    return made;
  };
  return {
    taken(source: string, sessionId: string, events: number): void {
      const figures = of(source);
      figures.reports += 1;
      figures.events += events;
      figures.lastAt = new Date(now()).toISOString();
      figures.lastSessionId = sessionId;
    },
    leftOut(source: string, records: number): void {
      of(source).leftOut += records;
    },
    dropped(source: string, reason: string, sample: string): void {
      const figures = of(source);
      figures.dropped += 1;
      figures.drops.push({ at: new Date(now()).toISOString(), reason, sample });
      if (figures.drops.length > mostDrops) figures.drops.shift();
    },
    figures: (): SourceFigures[] => structuredClone([...sources.values()]),
  };
}
