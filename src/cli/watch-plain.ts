import { AppError } from "../core/errors.js";
import type { SessionEvent } from "../core/event.js";
import { didYouMean } from "../core/nearest.js";
import { numberOf } from "../core/number-of.js";
import { finalStatus, type SessionStatus } from "../core/metadata.js";
import type { LiveStatus } from "../client/live-types.js";
import type { Session } from "../core/session.js";
import { realClock } from "../view/real-clock.js";
import { keepTrying } from "../view/keep-trying.js";
import type { ViewSource } from "../view/source.js";
import { seqAtTime } from "../view/time-search.js";
import { mergedBackfill } from "./watch-backfill.js";
import { createEventPrinter } from "./watch-line.js";
import type { Cli } from "./cli.js";
import { printable } from "./text.js";

export interface PlainOptions {
  json: boolean;
  /** Event types, or the types of actions and responses themselves; undefined for all. */
  types: readonly string[] | undefined;
  /** Epoch milliseconds. */
  since: number | undefined;
  exitOnFinalize: boolean;
  signal: AbortSignal;
}

/** As many as `tail -f` shows before it waits. */
const shownBefore = 10;
const pageSize = 1_000;

/**
 * Prints a session's newest events (or those since a time) and then what comes.
 *
 * @returns the exit code: once the session is finalized, where that is waited for
 */
export async function watchSession(
  cli: Cli,
  source: ViewSource,
  sessionId: string,
  options: PlainOptions,
): Promise<number> {
  const { signal, since, exitOnFinalize } = options;
  const session = await openSession(cli, source, sessionId, signal);
  const { eventCount: head, status } = session.metadata;
  const print = createEventPrinter(cli, { ...options, withSession: false });
  const after = await startOf(source, sessionId, head, since);
  for await (const event of logOf(source, sessionId, after, head, signal)) await print(event);
  if (exitOnFinalize && status !== "active") return exitCodeOf(status);
  const onStatus = options.json ? undefined : statusNotes(cli);
  for await (const event of source.follow(sessionId, head, { signal, onStatus })) {
    if (event.type === "session_deleted") break;
    await print(event);
    if (exitOnFinalize && event.type === "session_finalized") return exitCodeOf(finalStatus(event.data["status"]));
  }
  signal.throwIfAborted();
  throw new AppError("session_not_found", `The session '${sessionId}' was deleted.`);
}

/** Prints what happens to all sessions, first what happened since a time where one is given. */
export async function watchAll(cli: Cli, source: ViewSource, options: PlainOptions): Promise<number> {
  const { signal, since } = options;
  const print = createEventPrinter(cli, { ...options, withSession: true });
  const notes = options.json ? undefined : statusNotes(cli);
  const live = Promise.withResolvers<void>();
  const onStatus = (status: LiveStatus) => {
    if (status.state === "live") live.resolve();
    if (status.state === "waiting" && !isLive) live.reject(new AppError("no_server", unreachable(source)));
    else notes?.(status);
  };
  let isLive = false;
  // Listening begins first, so that nothing falls between what was and what comes.
  const events = source.followAll({ signal, onStatus })[Symbol.asyncIterator]();
  const first = events.next();
  first.catch(() => {});
  await Promise.race([live.promise, first]);
  isLive = true;
  cli.note(await following(source));
  const printed = new Map<string, number>();
  if (since !== undefined) {
    for await (const event of mergedBackfill(source, since, signal)) {
      await print(event);
      printed.set(event.sessionId, event.seq);
    }
  }
  for (let next = await first; !next.done; next = await events.next()) {
    const event = next.value;
    if (event.type === "session_deleted") {
      printed.delete(event.sessionId);
      await print(event);
    } else if (event.seq > (printed.get(event.sessionId) ?? 0)) await print(event);
  }
  signal.throwIfAborted();
  return 0;
}

/** The session, once there is one: an observer may be started before what it observes. */
async function openSession(cli: Cli, source: ViewSource, sessionId: string, signal: AbortSignal): Promise<Session> {
  let last: unknown;
  const lookUp = () =>
    source.session(sessionId).catch(async (error: unknown) => {
      if (last === undefined && isMissing(error)) cli.note(await waitingFor(source, sessionId));
      throw error;
    });
  const session = await keepTrying(lookUp, {
    clock: realClock,
    signal,
    failed: (error) => {
      last = error;
      return isMissing(error);
    },
  });
  signal.throwIfAborted();
  if (session === undefined) throw last;
  return session;
}

function isMissing(error: unknown): boolean {
  return error instanceof AppError && error.code === "session_not_found";
}

/** So many of the newest sessions are looked through for one that may have been meant. */
const lookedThrough = 200;

async function waitingFor(source: ViewSource, sessionId: string): Promise<string> {
  const known = await source.listSessions({ limit: lookedThrough }).catch(() => undefined);
  const ids = (known?.sessions ?? []).map((session) => session.sessionId);
  return `There is no session '${sessionId}' yet; waiting for it.${didYouMean(sessionId, ids)}`;
}

/**
 * For whoever looks at nothing yet: silence is that nothing happens, and not that nobody listens. Events are followed
 * without the index, which the number is from.
 */
async function following(source: ViewSource): Promise<string> {
  const stats = await source.stats().catch(() => undefined);
  const sessions = stats === undefined ? "the sessions" : numberOf(stats.total, "session");
  return `Following ${sessions} of ${printable(source.place)}, and those that come.`;
}

/** The seq behind which printing begins. */
async function startOf(
  source: ViewSource,
  sessionId: string,
  head: number,
  since: number | undefined,
): Promise<number> {
  if (since === undefined) return Math.max(0, head - shownBefore);
  const seq = await seqAtTime(source, sessionId, head, since);
  const { events } = await source.events(sessionId, { after: seq - 1, limit: 1 });
  return events[0] && Date.parse(events[0].timestamp) < since ? head : seq - 1;
}

async function* logOf(
  source: ViewSource,
  sessionId: string,
  after: number,
  head: number,
  signal: AbortSignal,
): AsyncGenerator<SessionEvent> {
  while (after < head) {
    signal.throwIfAborted();
    const { events } = await source.events(sessionId, { after, before: head + 1, limit: pageSize });
    yield* events;
    after = events.at(-1)?.seq ?? head;
  }
}

function exitCodeOf(status: SessionStatus): number {
  return status === "failed" || status === "cancelled" ? 1 : 0;
}

function unreachable({ place }: ViewSource): string {
  return `There is no server at ${place}. Start one with 'claude-sessions serve', or name another with --url.`;
}

/** Tells once that the server went away, and once that it is back. */
function statusNotes(cli: Cli): (status: LiveStatus) => void {
  let lost = false;
  return (status) => {
    if (status.state === "waiting" && !lost) {
      lost = true;
      cli.note(`Lost the server (${status.reason}); trying again until it is back.`);
    } else if (status.state === "live" && lost) {
      lost = false;
      cli.note("Back; nothing was missed.");
    }
  };
}
