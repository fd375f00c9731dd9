import fs from "node:fs";
import { join } from "node:path";
import { streams } from "../../core/event.js";
import { seqOfLine } from "../line.js";
import { feedLine, type Feed } from "./feed.js";
import { isDeletion, scanSegment, type JournalPart, type JournalRecord } from "./journal-format.js";
import { listSegments } from "./journal.js";
import { streamFile, type Layout } from "./layout.js";
import { linesBackward, openForReading, readRange, splitLines, wholeSize, withFile } from "./line-file.js";
import type { Notify } from "./notice.js";
import { fsyncFolder, fsyncPath, type StorageFs } from "./storage-fs.js";

export interface RecoveryReport {
  /** Events that were written again, or found to be there, out of the journal. */
  events: number;
  /** Sessions whose files were made whole. */
  sessions: ReadonlySet<string>;
  /** Sessions whose removal the journal holds. */
  deleted: ReadonlySet<string>;
  /** Bytes at the end of the journal that were never acknowledged. */
  tornBytes: number;
}

interface RecoveryOptions {
  layout: Layout;
  /** Only these sessions; all without. */
  only?: ReadonlySet<string>;
  feed: Feed;
  io: StorageFs;
  notify: Notify;
}

/**
 * Puts the journal onto the session files, then empties it. What a file holds from the journal's
 * first write to it on is written again from the journal, byte for byte at its old place: after a
 * power cut those bytes may be missing, torn or zero. Doing it twice changes nothing.
 */
export async function recover(options: RecoveryOptions): Promise<RecoveryReport> {
  const { layout, io, notify } = options;
  const segments = listSegments(layout.journal);
  const removals = findRemovals(segments.map(({ path }) => path));
  io.rmSync(layout.trash, { recursive: true, force: true });
  const replay = new Replay(options, removals);
  let tornBytes = 0;
  for (const { path } of segments) tornBytes += replay.segment(path);
  await replay.finish();
  for (const { path } of segments) io.rmSync(path);
  fsyncFolder(layout.journal, io);
  if (replay.events > 0 || tornBytes > 0) {
    const message = `Recovered ${replay.events} events of ${replay.sessions.size} sessions from the journal`;
    notify({ level: "info", message, detail: { tornBytes } });
  }
  return { events: replay.events, sessions: replay.sessions, deleted: new Set(removals.keys()), tornBytes };
}

/** Puts what the journal holds of these sessions onto their files, under a running server. */
export async function replaySessions(options: RecoveryOptions & { only: ReadonlySet<string> }): Promise<void> {
  const paths = listSegments(options.layout.journal).map(({ path }) => path);
  const replay = new Replay(options, findRemovals(paths));
  for (const path of paths) replay.segment(path);
  await replay.finish();
}

/** The place of each session's last removal. */
function findRemovals(paths: readonly string[]): Map<string, number> {
  const removals = new Map<string, number>();
  for (const path of paths) {
    for (const { records } of scanSegment(fs.readFileSync(path))) {
      for (const record of records) if (isDeletion(record)) removals.set(record.sessionId, record.position);
    }
  }
  return removals;
}

class Replay {
  events = 0;
  readonly sessions = new Set<string>();
  private readonly options: RecoveryOptions;
  private readonly removals: ReadonlyMap<string, number>;
  /** Files that the replay has begun to write, and where it goes on. */
  private readonly ends = new Map<string, number>();
  /** Files whose bytes are not where the journal wrote them: only lines that are missing are added. */
  private readonly moved = new Map<string, number>();

  constructor(options: RecoveryOptions, removals: ReadonlyMap<string, number>) {
    this.options = options;
    this.removals = removals;
    for (const sessionId of removals.keys()) {
      if (options.only && !options.only.has(sessionId)) continue;
      options.io.rmSync(join(options.layout.sessions, sessionId), { recursive: true, force: true });
    }
  }

  /** Applies the whole groups of a segment; the bytes behind them. */
  segment(path: string): number {
    const bytes = fs.readFileSync(path);
    let end = 0;
    for (const group of scanSegment(bytes)) {
      for (const record of group.records) this.apply(record);
      end = group.end;
    }
    return bytes.length - end;
  }

  private apply(record: JournalRecord): void {
    this.applyToFeed(record);
    if (isDeletion(record) || (this.options.only && !this.options.only.has(record.sessionId))) return;
    if (record.position < (this.removals.get(record.sessionId) ?? 0)) return;
    this.sessions.add(record.sessionId);
    this.events += record.last - record.first + 1;
    const folder = join(this.options.layout.sessions, record.sessionId);
    fs.mkdirSync(folder, { recursive: true });
    for (const part of record.parts) this.applyPart(streamFile(folder, part.stream), part);
  }

  private applyToFeed(record: JournalRecord): void {
    const { feed } = this.options;
    if (record.position <= feed.position) return;
    const { sessionId, position } = record;
    const [first, last, deletedAt] = isDeletion(record) ? [0, 0, record.deletedAt] : [record.first, record.last, ""];
    feed.append(feedLine({ position, sessionId, first, last, deletedAt }), position + last - first);
  }

  private applyPart(path: string, { offset, bytes }: JournalPart): void {
    const lastSeq = this.moved.get(path) ?? (this.ends.has(path) || fits(path, offset, bytes) ? undefined : lastSeqOf(path));
    if (lastSeq !== undefined) return this.addMissing(path, bytes, lastSeq);
    if (!this.ends.has(path) || this.ends.get(path) === offset) {
      writeAt(path, offset, bytes);
      this.ends.set(path, offset + bytes.length);
      return;
    }
    this.addMissing(path, bytes, lastSeqOf(path));
  }

  private addMissing(path: string, bytes: Buffer, lastSeq: number): void {
    const missing = splitLines(bytes).filter((line) => seqOfLine(line) > lastSeq);
    const { size } = withFile(path, undefined, { size: 0, torn: 0 }, wholeSize);
    writeAt(path, size, Buffer.from(missing.map((line) => `${line}\n`).join("")));
    this.moved.set(path, Math.max(lastSeq, ...missing.map(seqOfLine)));
    if (missing.length > 0) this.options.notify({ level: "warn", message: "A session file was changed from outside; missing events were added at its end", detail: { path } });
  }

  /** Makes everything durable that the journal was there for. */
  async finish(): Promise<void> {
    const { layout, feed, io } = this.options;
    for (const sessionId of this.sessions) {
      const folder = join(layout.sessions, sessionId);
      for (const stream of streams) {
        const path = streamFile(folder, stream);
        if (this.ends.has(path) || this.moved.has(path)) await fsyncPath(path, io);
      }
      fsyncFolder(folder, io);
    }
    fsyncFolder(layout.sessions, io);
    await feed.sync();
  }
}

/** Whether the journal's bytes belong at this place: the line before it, if any, comes before them. */
function fits(path: string, offset: number, bytes: Buffer): boolean {
  const first = firstSeq(bytes);
  return withFile(path, undefined, offset === 0, (file) => {
    if (offset === 0) return true;
    if (file.size < offset || readRange(file, offset - 1, offset)[0] !== 0x0a) return false;
    const [before] = splitLines(linesBackward(file, offset, 1, 1024 * 1024).bytes);
    const seq = before === undefined ? 0 : seqOfLine(before);
    return seq > 0 && seq < first;
  });
}

function firstSeq(bytes: Buffer): number {
  const end = bytes.indexOf(0x0a);
  return seqOfLine(bytes.toString("utf8", 0, end === -1 ? bytes.length : end));
}

function lastSeqOf(path: string): number {
  const file = openForReading(path);
  if (!file) return 0;
  try {
    const { size } = wholeSize(file);
    const [line] = splitLines(linesBackward({ fd: file.fd, size }, size, 1, 1024 * 1024).bytes);
    return line === undefined ? 0 : seqOfLine(line);
  } finally {
    fs.closeSync(file.fd);
  }
}

/** Writes the bytes so that the file ends behind them. */
function writeAt(path: string, offset: number, bytes: Buffer): void {
  const fd = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o644);
  try {
    for (let written = 0; written < bytes.length; ) {
      written += fs.writeSync(fd, bytes, written, bytes.length - written, offset + written);
    }
    fs.ftruncateSync(fd, offset + bytes.length);
  } finally {
    fs.closeSync(fd);
  }
}
