import type { SessionEvent } from "../core/event.js";
import { initialMetadata, reduceMetadata, type Metadata } from "../core/metadata.js";
import { RateRing } from "./rate-ring.js";
import { isWatched } from "./row-words.js";
import { rateSeconds, type SessionRow, type SessionSummary } from "./session-list-types.js";
import { givenTitle } from "./session-title.js";
import { waitingOf, type Waiting } from "./waiting.js";

const longestTitle = 200;
const empty = initialMetadata("");

/** What the list holds of a session: what rows show, and enough of the metadata to fold events on. */
export interface SessionEntry {
  /** Without what no row shows: it is the same object, or the same emptiness, for all sessions. */
  metadata: Metadata;
  /** Epoch milliseconds of the newest activity. */
  updated: number;
  waiting: Waiting | null;
  /** Events were missed: it is to be read again. */
  stale: boolean;
  rate: RateRing | null;
  /** The row as it was made last; null since something changed. */
  row: SessionRow | null;
}

export function createEntry(metadata: Metadata): SessionEntry {
  const slim = slimmed(metadata);
  const updated = Date.parse(slim.updated);
  return {
    metadata: slim,
    updated: Number.isNaN(updated) ? 0 : updated,
    waiting: waitingOf(slim),
    stale: false,
    rate: null,
    row: null,
  };
}

/** An entry for a session whose first event this is. */
export function entryFromStart(event: SessionEvent): SessionEntry {
  return createEntry(reduceMetadata(initialMetadata(event.sessionId), event));
}

/**
 * Takes an event into an entry. `stale` where events before it were missed: it then counts as
 * activity and no more. The same event again changes nothing.
 */
export function takeEvent(entry: SessionEntry, event: SessionEvent): void {
  const { metadata } = entry;
  if (event.seq <= metadata.eventCount) return;
  entry.row = null;
  if (event.seq > metadata.eventCount + 1) {
    entry.stale = true;
    entry.updated = Math.max(entry.updated, Date.parse(event.receivedAt) || 0);
    return;
  }
  replaceMetadata(entry, reduceMetadata(metadata, event));
}

/** Takes what a listing says, unless the entry is further on already. */
export function takeMetadata(entry: SessionEntry, metadata: Metadata): void {
  if (metadata.eventCount < entry.metadata.eventCount && metadata.created === entry.metadata.created) return;
  entry.stale = false;
  entry.row = null;
  replaceMetadata(entry, metadata);
}

function replaceMetadata(entry: SessionEntry, metadata: Metadata): void {
  const fresh = createEntry(metadata);
  entry.metadata = fresh.metadata;
  entry.updated = fresh.updated;
  entry.waiting = fresh.waiting;
}

export function countEvent(entry: SessionEntry, now: number): void {
  entry.rate ??= new RateRing(rateSeconds);
  entry.rate.add(now);
}

/** Tables of usage, counters and whatever producers keep in metadata may be large, and are not shown. */
function slimmed(metadata: Metadata): Metadata {
  const { sessionId, userId, created, updated, status, model, cost, tags, parentSession, eventCount } = metadata;
  const { input, output, total } = metadata.tokenUsage;
  const { lastEventAt, liveness } = metadata;
  const title = givenTitle(metadata);
  return {
    ...(title === null ? {} : { title: title.slice(0, longestTitle) }),
    sessionId,
    userId,
    created,
    updated,
    status,
    model,
    tokenUsage: { input, output, total },
    cost,
    metrics: empty.metrics,
    tags: tags.length === 0 ? empty.tags : tags,
    parentSession,
    subsessions: empty.subsessions,
    sandboxId: null,
    eventCount,
    lastEventAt,
    liveness,
  };
}

export function rowOf(entry: SessionEntry, summary: SessionSummary | null, now: number): SessionRow {
  const rate = entry.rate?.read(now) ?? null;
  const before = entry.row;
  if (before && rate === null && before.rate === null && before.summary === summary) return before;
  const { metadata } = entry;
  const { input, output, total } = metadata.tokenUsage;
  const created = Date.parse(metadata.created);
  entry.row = {
    sessionId: metadata.sessionId,
    title: givenTitle(metadata) ?? summary?.prompt ?? null,
    userId: metadata.userId,
    status: metadata.status,
    liveness: metadata.liveness.status,
    watched: isWatched(metadata),
    waiting: entry.waiting,
    model: metadata.model,
    tags: metadata.tags,
    parentSession: metadata.parentSession,
    // Producers that count input and output often leave the total alone.
    tokens: Math.max(total, input + output),
    cost: metadata.cost,
    events: metadata.eventCount,
    created: Number.isNaN(created) ? 0 : created,
    lastEventAt: entry.updated,
    summary,
    rate,
  };
  return entry.row;
}
