import { parseImportLine, type ImportEvent } from "./import-lines.js";
import type { ImportInput } from "./import-inputs.js";
import type { ImportTarget } from "./import-target.js";

/*
 * An import reads its input twice: once to find everything that is wrong with it, and once to
 * store it, so that an input with a fault leaves nothing half done. What the target holds already
 * is recognised by its eventIds: the session's own log is walked beside the input, so that even a
 * session of millions of events is not sent again.
 */

export interface ImportReport {
  name: string;
  sessions: number;
  /** Events stored now, and those that were there before. */
  stored: number;
  present: number;
  /** What is wrong, as `name:line: …`; with `skipBad` what was left out. */
  problems: string[];
  /** Nothing of this input was stored. */
  refused: boolean;
  /** Without its bad lines, something of it could be stored. */
  skippable: boolean;
}

export interface ImportOptions {
  skipBad: boolean;
  signal: AbortSignal;
}

const batchEvents = 500;
const batchChars = 1_000_000;

export async function importInput(
  input: ImportInput,
  target: ImportTarget,
  options: ImportOptions,
): Promise<ImportReport> {
  const { problems, firsts } = await check(input, options);
  const report: ImportReport = {
    name: input.name,
    sessions: firsts.size,
    stored: 0,
    present: 0,
    problems: firsts.size === 0 && problems.length > 0 ? [noEvents(input.name, problems[0]!)] : problems,
    refused: false,
    skippable: firsts.size > 0,
  };
  const conflicts = await findConflicts(firsts, target, options);
  report.problems.push(
    ...conflicts.map(
      (sessionId) =>
        `${input.name}: the session '${sessionId}' exists already with another history; delete it first, or import elsewhere`,
    ),
  );
  if (conflicts.length > 0) report.skippable = false;
  report.refused = conflicts.length > 0 || (report.problems.length > 0 && !options.skipBad);
  if (report.refused) return { ...report, sessions: 0 };
  await storeAll(input, target, options, report);
  return report;
}

/** The whole input is something else: its first line stands for all of them. */
function noEvents(name: string, first: string): string {
  const found = `${name} holds no events (line ${brief(first.slice(name.length + 1))})`;
  return `${found}. An import takes what an export writes, one event in JSON a line, or a session's folder.`;
}

const longestReason = 60;

function brief(reason: string): string {
  return reason.length > longestReason ? `${reason.slice(0, longestReason)}…` : reason;
}

type FirstEvents = Map<string, ImportEvent>;

async function check(
  input: ImportInput,
  { signal }: ImportOptions,
): Promise<{ problems: string[]; firsts: FirstEvents }> {
  const problems: string[] = [];
  const firsts: FirstEvents = new Map();
  for await (const parsed of parsedLines(input)) {
    signal.throwIfAborted();
    if ("problem" in parsed) problems.push(`${input.name}:${parsed.line}: ${parsed.problem}`);
    else if (!firsts.has(parsed.event.sessionId)) firsts.set(parsed.event.sessionId, { ...parsed.event, data: {} });
  }
  return { problems, firsts };
}

type ParsedLine = { event: ImportEvent; size: number } | { line: number; problem: string };

async function* parsedLines(input: ImportInput): AsyncGenerator<ParsedLine> {
  let line = 0;
  for await (const text of input.lines()) {
    line += 1;
    if (text.trim() === "") continue;
    try {
      yield { event: parseImportLine(text, line), size: text.length };
    } catch (error) {
      yield { line, problem: (error as Error).message };
    }
  }
}

/** Sessions that the input begins and that the target began otherwise: mixing the two would be neither. */
async function findConflicts(firsts: FirstEvents, target: ImportTarget, { signal }: ImportOptions): Promise<string[]> {
  const conflicts: string[] = [];
  for (const [sessionId, first] of firsts) {
    signal.throwIfAborted();
    if (first.type !== "session_created") continue;
    const ids = target.eventIds(sessionId);
    const { value, done } = await ids.next();
    await ids.return(undefined);
    if (!done && value !== first.eventId) conflicts.push(sessionId);
  }
  return conflicts;
}

interface Pending {
  known: AsyncGenerator<string, undefined> | undefined;
  /** The walk of `known` is behind its first event. */
  begun: boolean;
  events: ImportEvent[];
  chars: number;
}

async function storeAll(
  input: ImportInput,
  target: ImportTarget,
  { signal }: ImportOptions,
  report: ImportReport,
): Promise<void> {
  const sessions = new Map<string, Pending>();
  let waiting = 0;
  const flush = async (sessionId: string, pending: Pending) => {
    const events = pending.events.map(({ sessionId: _id, ...event }) => event);
    waiting -= events.length;
    pending.events = [];
    pending.chars = 0;
    if (events.length === 0) return;
    const stored = await target.append(sessionId, events);
    report.stored += stored;
    report.present += events.length - stored;
  };
  for await (const parsed of parsedLines(input)) {
    signal.throwIfAborted();
    if ("problem" in parsed) continue;
    const { event, size } = parsed;
    const pending = sessions.get(event.sessionId) ?? {
      known: target.eventIds(event.sessionId),
      begun: false,
      events: [],
      chars: 0,
    };
    sessions.set(event.sessionId, pending);
    if (await isNext(pending, event)) {
      report.present += 1;
      continue;
    }
    if (pending.chars + size > batchChars) await flush(event.sessionId, pending);
    pending.events.push(event);
    pending.chars += size;
    waiting += 1;
    if (pending.events.length >= batchEvents) await flush(event.sessionId, pending);
    if (waiting >= batchEvents * 10) for (const [sessionId, each] of sessions) await flush(sessionId, each);
  }
  for (const [sessionId, pending] of sessions) {
    await flush(sessionId, pending);
    await pending.known?.return(undefined);
  }
}

/** Whether the target's log has the event at this very place; once it does not, its eventIds decide. */
async function isNext(pending: Pending, { eventId, type }: ImportEvent): Promise<boolean> {
  if (!pending.known) return false;
  let { value, done } = await pending.known.next();
  // A session that was created by being written to begins with an event that the input may not have.
  if (!pending.begun && value !== eventId && type !== "session_created") ({ value, done } = await pending.known.next());
  pending.begun = true;
  if (!done && value === eventId) return true;
  await pending.known.return(undefined);
  pending.known = undefined;
  return false;
}
