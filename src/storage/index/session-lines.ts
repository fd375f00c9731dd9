import fs from "node:fs";
import { join } from "node:path";
import { streams, type Stream } from "../../core/event.js";
import { streamFile } from "../file/layout.js";
import { linesForward, offsetAfter, openForReading, readRange, splitLines, type OpenFile } from "../file/line-file.js";
import type { EventLine } from "../file/stored-lines.js";
import { seqOfLine } from "../line.js";

const chunkBytes = 64 * 1024;

/** Bytes of each stream that were read. */
export type Offsets = Record<Stream, number>;

/** A line with its place in the stream's file; `start` is -1 for one that is told, not stored. */
export interface PlacedLine extends EventLine {
  start: number;
  bytes: number;
}

/** The folder holds a log in today's form; one of the predecessor's has to be told as events first. */
export function isCurrentFolder(folder: string): boolean {
  return fs.existsSync(streamFile(folder, "changes"));
}

export function folderOf(sessionsPath: string, sessionId: string): string {
  return join(sessionsPath, sessionId);
}

/**
 * The whole lines of a session's files from the given offsets on, merged by seq. Undefined where a
 * file is shorter than its offset or no line starts there: it is not the file that was read before.
 */
export function openLines(folder: string, offsets: Offsets): SessionLines | undefined {
  const cursors: StreamCursor[] = [];
  for (const stream of streams) {
    const file = openForReading(streamFile(folder, stream));
    if (file) cursors.push(new StreamCursor(stream, file, offsets[stream]));
    if (file ? startsCleanly(file, offsets[stream]) : offsets[stream] === 0) continue;
    for (const cursor of cursors) cursor.close();
    return undefined;
  }
  return new SessionLines(cursors);
}

function startsCleanly(file: OpenFile, offset: number): boolean {
  if (offset === 0) return true;
  return offset <= file.size && readRange(file, offset - 1, offset)[0] === 0x0a;
}

export class SessionLines {
  private readonly cursors: StreamCursor[];

  constructor(cursors: StreamCursor[]) {
    this.cursors = cursors;
  }

  /** The next line without taking it: the lowest seq of all streams. */
  peek(): PlacedLine | undefined {
    let lowest: PlacedLine | undefined;
    for (const cursor of this.cursors) {
      const line = cursor.peek();
      if (line && (lowest === undefined || line.seq < lowest.seq)) lowest = line;
    }
    return lowest;
  }

  take(line: PlacedLine): void {
    this.cursors.find(({ stream }) => stream === line.stream)?.take();
  }

  /** Where each stream goes on behind the lines that were taken. */
  offsets(before: Offsets): Offsets {
    const offsets = { ...before };
    for (const cursor of this.cursors) offsets[cursor.stream] = cursor.offset;
    return offsets;
  }

  close(): void {
    for (const cursor of this.cursors) cursor.close();
  }
}

class StreamCursor {
  readonly stream: Stream;
  private readonly file: OpenFile;
  private lines: PlacedLine[] = [];
  private next = 0;
  private readTo: number;
  /** Behind the last line that was taken. */
  offset: number;

  constructor(stream: Stream, file: OpenFile, offset: number) {
    this.stream = stream;
    this.file = file;
    this.offset = offset;
    this.readTo = offset;
  }

  peek(): PlacedLine | undefined {
    if (this.next === this.lines.length) this.fill();
    return this.lines[this.next];
  }

  take(): void {
    const line = this.lines[this.next++];
    if (line) this.offset = line.start + line.bytes;
  }

  close(): void {
    fs.closeSync(this.file.fd);
  }

  private fill(): void {
    if (this.readTo >= this.file.size) return;
    const run = linesForward(this.file, this.readTo, Number.POSITIVE_INFINITY, chunkBytes);
    this.readTo = run.bytes.length === 0 ? this.file.size : run.end;
    this.lines = placeLines(this.stream, run.bytes, run.start);
    this.next = 0;
  }
}

function placeLines(stream: Stream, bytes: Buffer, from: number): PlacedLine[] {
  const lines: PlacedLine[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0x0a, start) + 1;
    const text = bytes.toString("utf8", start, end - 1);
    lines.push({ stream, seq: seqOfLine(text), text, start: from + start, bytes: end - start });
    start = end;
  }
  return lines;
}

/** Reads single lines of many sessions, for one search: files stay open until it is closed. */
export class LineFinder {
  private readonly files = new Map<string, OpenFile | undefined>();

  /** The line of `seq`: where it was, or else wherever it is by now; undefined where it is gone. */
  find(folder: string, { stream, seq, start, bytes }: Omit<PlacedLine, "text">): string | undefined {
    const file = this.open(streamFile(folder, stream));
    if (!file) return undefined;
    const remembered = start < 0 ? "" : readRange(file, start, start + bytes).toString("utf8");
    if (remembered.endsWith("\n") && seqOfLine(remembered) === seq) return remembered.slice(0, -1);
    const [line] = splitLines(linesForward(file, offsetAfter(file, seq - 1, seqOfLine), 1, chunkBytes).bytes);
    return line !== undefined && seqOfLine(line) === seq ? line : undefined;
  }

  close(): void {
    for (const file of this.files.values()) if (file) fs.closeSync(file.fd);
    this.files.clear();
  }

  private open(path: string): OpenFile | undefined {
    if (!this.files.has(path)) this.files.set(path, openForReading(path));
    return this.files.get(path);
  }
}
