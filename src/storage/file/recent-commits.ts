import type { Stream } from "../../core/event.js";
import { formatFeedCursor } from "../../core/cursor.js";
import { seqOfLine, toEventLine } from "../line.js";
import type { JournalRecord } from "./journal-format.js";
import { isDeletion } from "./journal-format.js";
import { splitLines } from "./line-file.js";

/** A committed entry and, once somebody reads it, its events as readers see them. */
interface Recent {
  record: JournalRecord;
  bytes: number;
  events?: Line[];
}

interface Line {
  seq: number;
  stream: Stream;
  text: string;
}

/**
 * The newest commits, in memory, within a bound: what those who follow live read without touching
 * a file. It holds only what is durable, and the log answers for everything older.
 */
export class RecentCommits {
  private readonly bySession = new Map<string, Recent[]>();
  private order: Recent[] = [];
  private start = 0;
  private bytes = 0;
  private readonly maxBytes: number;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  push(record: JournalRecord): void {
    const bytes = isDeletion(record) ? 128 : record.parts.reduce((sum, part) => sum + part.bytes.length, 128);
    const recent: Recent = { record, bytes };
    this.order.push(recent);
    this.bytes += bytes;
    this.track(recent);
    while (this.bytes > this.maxBytes && this.order.length - this.start > 1) this.dropOldest();
  }

  private track(recent: Recent): void {
    const { record } = recent;
    if (isDeletion(record)) {
      this.bySession.delete(record.sessionId);
      return;
    }
    const list = this.bySession.get(record.sessionId);
    if (list) list.push(recent);
    else this.bySession.set(record.sessionId, [recent]);
  }

  private dropOldest(): void {
    const recent = this.order[this.start++]!;
    this.bytes -= recent.bytes;
    const list = this.bySession.get(recent.record.sessionId);
    if (list?.[0] === recent) {
      if (list.length === 1) this.bySession.delete(recent.record.sessionId);
      else list.shift();
    }
    if (this.start > 1024 && this.start * 2 > this.order.length) {
      this.order = this.order.slice(this.start);
      this.start = 0;
    }
  }

  /** Events of a session with `after` < seq ≤ `to`; undefined where the log has to be read for them. */
  eventsOf(sessionId: string, after: number, to: number): Line[] | undefined {
    const list = this.bySession.get(sessionId);
    const oldest = list?.[0]?.record;
    if (!oldest || isDeletion(oldest) || oldest.first > after + 1) return undefined;
    const events: Line[] = [];
    for (let i = firstBehind(list, after); i < list.length; i++) {
      for (const line of linesOf(list[i]!)) {
        if (line.seq > to) return events;
        if (line.seq > after) events.push(line);
      }
    }
    return events;
  }

  /** Lines of the log of all sessions behind `position`, at most `limit`; undefined where the log has to be read. */
  feedAfter(epoch: string, position: number, limit: number): { lines: string[]; next: number } | undefined {
    const oldest = this.order[this.start];
    if (!oldest || oldest.record.position > position + 1) return undefined;
    const lines: string[] = [];
    let next = position;
    for (let i = this.firstAt(position + 1); i < this.order.length && lines.length < limit; i++) {
      const recent = this.order[i]!;
      for (const { at, text } of feedLines(recent, epoch)) {
        if (at <= position) continue;
        if (lines.length === limit) break;
        lines.push(text);
        next = at;
      }
    }
    return { lines, next };
  }

  private firstAt(position: number): number {
    let low = this.start;
    let high = this.order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (lastPosition(this.order[middle]!.record) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  clear(): void {
    this.bySession.clear();
    this.order = [];
    this.start = 0;
    this.bytes = 0;
  }
}

function lastPosition(record: JournalRecord): number {
  return isDeletion(record) ? record.position : record.position + record.last - record.first;
}

function firstBehind(list: Recent[], after: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { record } = list[middle]!;
    if (!isDeletion(record) && record.last <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

function linesOf(recent: Recent): Line[] {
  if (recent.events) return recent.events;
  const { record } = recent;
  if (isDeletion(record)) return [];
  const lines = record.parts.flatMap(({ stream, bytes }) =>
    splitLines(bytes).map((text) => ({ seq: seqOfLine(text), stream, text })),
  );
  if (record.parts.length > 1) lines.sort((a, b) => a.seq - b.seq);
  recent.events = lines;
  return lines;
}

function* feedLines(recent: Recent, epoch: string): Generator<{ at: number; text: string }> {
  const { record } = recent;
  if (isDeletion(record)) {
    yield {
      at: record.position,
      text: deletedLine(record.sessionId, record.deletedAt, formatFeedCursor({ epoch, position: record.position })),
    };
    return;
  }
  for (const { seq, stream, text } of linesOf(recent)) {
    const at = record.position + seq - record.first;
    yield { at, text: toEventLine(stream, record.sessionId, text, formatFeedCursor({ epoch, position: at })) };
  }
}

export function deletedLine(sessionId: string, timestamp: string, cursor: string): string {
  return JSON.stringify({ type: "session_deleted", sessionId, cursor, timestamp });
}
