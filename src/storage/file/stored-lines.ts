import { streams, type Stream } from "../../core/event.js";
import { seqOfLine } from "../line.js";
import type { Page } from "../session-store.js";
import { streamFile } from "./layout.js";
import { linesForward, offsetAfter, splitLines, withFile } from "./line-file.js";

/** A page holds at most about this many bytes, but at least one line. */
export const maxPageBytes = 4 * 1024 * 1024;

/** A session's files as far as they are durable; a stream without a size counts whole. */
export interface SessionFiles {
  sessionId: string;
  folder: string;
  head: number;
  sizes?: Record<Stream, number>;
}

export const emptyPage: Page = { lines: Buffer.alloc(0), count: 0, first: 0, last: 0, more: false };

export interface EventLine {
  seq: number;
  stream: Stream;
  text: string;
}

/** The events `from` < seq ≤ `to` in order as they are stored, as far as a page's bytes reach. */
export function readStored(files: SessionFiles, from: number, to: number): EventLine[] {
  if (from >= to) return [];
  let reached = to;
  const parts = streams.map((stream) => {
    const lines = streamRange(files, stream, from, to);
    reached = Math.min(reached, lines.reached);
    return lines.events;
  });
  return parts
    .flat()
    .filter(({ seq }) => seq <= reached)
    .sort((a, b) => a.seq - b.seq);
}

function streamRange(
  { folder, sizes }: SessionFiles,
  stream: Stream,
  from: number,
  to: number,
): { events: EventLine[]; reached: number } {
  return withFile(streamFile(folder, stream), sizes?.[stream], { events: [] as EventLine[], reached: to }, (file) => {
    const start = offsetAfter(file, from, seqOfLine);
    const run = linesForward(file, start, to - from, maxPageBytes);
    const events = splitLines(run.bytes).map((text) => ({ seq: seqOfLine(text), stream, text }));
    const last = events.at(-1)?.seq ?? to;
    const whole = run.end >= file.size || last >= to || run.count === to - from;
    return { events: events.filter(({ seq }) => seq <= to && seq > from), reached: whole ? to : last };
  });
}

export function textPage(lines: string[], seqs: number[], more: boolean): Page {
  return {
    lines: Buffer.from(lines.length === 0 ? "" : `${lines.join("\n")}\n`),
    count: lines.length,
    first: seqs[0] ?? 0,
    last: seqs.at(-1) ?? 0,
    more,
  };
}
