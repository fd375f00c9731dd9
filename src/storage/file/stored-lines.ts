import { streams, type Stream } from "../../core/event.js";
import { seqInBytes } from "../event-writer.js";
import { seqOfLine } from "../line.js";
import type { Page } from "../session-store.js";
import { streamFile } from "./layout.js";
import { linesBehind, offsetAfter, splitLines, withFile } from "./line-file.js";

/** A page holds at most about this many bytes, but at least one line. */
export const maxPageBytes = 4 * 1024 * 1024;

/** What a line is taken to be long, to begin with, when some number of them is to be read. */
const usualLineBytes = 700;

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

/** Whole lines of one stream, ascending, that lie behind some seq: all of them up to `reached`, and perhaps more. */
export interface Stretch {
  stream: Stream;
  bytes: Buffer;
  reached: number;
}

interface Part {
  /** Some of the streams. */
  only?: readonly Stream[];
  /** Bytes to read of each, in place of a page's. */
  most?: number;
}

/**
 * What each stream holds of the events `from` < seq ≤ `to`, as far as a page's bytes reach.
 * The bytes are good until the next call: they are read into the same memory.
 */
export function readStretches(
  { folder, sizes }: SessionFiles,
  from: number,
  to: number,
  { only = streams, most = maxPageBytes }: Part = {},
): Stretch[] {
  const wanted = Math.min(most, (to - from) * usualLineBytes);
  return only.map((stream) =>
    withFile(streamFile(folder, stream), sizes?.[stream], { stream, bytes: emptyBytes, reached: to }, (file) => {
      const start = offsetAfter(file, from, seqOfLine);
      const hasAll = (bytes: Buffer): boolean => lastSeq(bytes) >= to;
      const { bytes, atEnd } = linesBehind(file, start, {
        wanted,
        most,
        memory: memories[stream],
        hasAll,
      });
      return { stream, bytes, reached: atEnd ? to : Math.min(to, lastSeq(bytes)) };
    }),
  );
}

const emptyBytes = Buffer.alloc(0);
const memories = {
  actions: { buffer: emptyBytes },
  responses: { buffer: emptyBytes },
  changes: { buffer: emptyBytes },
};

/** The events `from` < seq ≤ `to` in order as they are stored, as far as a page's bytes reach. */
export function readStored(files: SessionFiles, from: number, to: number, part?: Part): EventLine[] {
  if (from >= to) return [];
  const stretches = readStretches(files, from, to, part);
  const reached = Math.min(...stretches.map((stretch) => stretch.reached));
  return stretches
    .flatMap(({ stream, bytes }) => splitLines(bytes).map((text) => ({ seq: seqOfLine(text), stream, text })))
    .filter(({ seq }) => seq > from && seq <= reached)
    .sort((a, b) => a.seq - b.seq);
}

/** The seq of the last of whole lines; 0 where there is none. */
function lastSeq(bytes: Buffer): number {
  return bytes.length < 2 ? 0 : seqOfBytes(bytes, bytes.lastIndexOf(0x0a, bytes.length - 2) + 1, bytes.length - 1);
}

/** The seq of the line at `start` ≤ i < `end`; 0 where it has none. */
export function seqOfBytes(bytes: Buffer, start: number, end: number): number {
  return seqInBytes(bytes, start).seq || seqOfLine(bytes.toString("utf8", start, end));
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
