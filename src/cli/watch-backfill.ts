import type { SessionEvent } from "../core/event.js";
import { seqAtTime } from "../view/time-search.js";
import type { ViewSource } from "../view/source.js";

const listed = 200;
const pageSize = 200;

interface Reader {
  sessionId: string;
  page: readonly SessionEvent[];
  next: number;
  after: number;
  head: number;
}

/** What happened to all sessions since a time (epoch milliseconds), in the order of the timestamps. */
export async function* mergedBackfill(
  source: ViewSource,
  since: number,
  signal: AbortSignal,
): AsyncGenerator<SessionEvent> {
  const readers: Reader[] = [];
  for await (const { sessionId, head } of movedSince(source, since)) {
    signal.throwIfAborted();
    const after = (await seqAtTime(source, sessionId, head, since)) - 1;
    const reader: Reader = { sessionId, page: [], next: 0, after, head };
    if (await fill(source, reader)) readers.push(reader);
  }
  while (readers.length > 0) {
    signal.throwIfAborted();
    const earliest = readers.reduce((first, reader) => (timeOf(reader) < timeOf(first) ? reader : first));
    const event = earliest.page[earliest.next++]!;
    if (Date.parse(event.timestamp) >= since) yield event;
    if (!(await fill(source, earliest))) readers.splice(readers.indexOf(earliest), 1);
  }
}

async function* movedSince(source: ViewSource, since: number) {
  let cursor: string | undefined;
  do {
    const page = await source.listSessions({ limit: listed, cursor });
    for (const { sessionId, updated, eventCount } of page.sessions) {
      if (Date.parse(updated) < since) return;
      yield { sessionId, head: eventCount };
    }
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

/** Reads a page where the one before is used up; false at the end. */
async function fill(source: ViewSource, reader: Reader): Promise<boolean> {
  if (reader.next < reader.page.length) return true;
  if (reader.after >= reader.head) return false;
  const { sessionId, after, head } = reader;
  const { events } = await source.events(sessionId, { after, before: head + 1, limit: pageSize });
  reader.page = events;
  reader.next = 0;
  reader.after = events.at(-1)?.seq ?? head;
  return events.length > 0;
}

function timeOf({ page, next }: Reader): number {
  return Date.parse(page[next]!.timestamp);
}
