import fs from "node:fs";
import { dirname, join } from "node:path";
import type { Stream } from "../../core/event.js";
import { numberOf } from "../../core/number-of.js";
import { foldedEvent, seqOfLine } from "../line.js";
import { feedLine, type Feed } from "./feed.js";
import { isDeletion, type JournalPart, type JournalRecord } from "./journal-format.js";
import { streamFile, type Layout } from "./layout.js";
import { linesBackward, openForReading, readRange, splitLines, wholeSize, withFile } from "./line-file.js";
import type { Notify } from "./notice.js";
import { setAside } from "./set-aside.js";
import { fsyncFolder, fsyncPath, writeWhole, type StorageFs } from "./storage-fs.js";

interface ReplayOptions {
  layout: Layout;
  /** Only these sessions; all without. */
  only?: ReadonlySet<string>;
  feed: Feed;
  io: StorageFs;
  notify: Notify;
}

interface Target {
  part: Pick<JournalPart, "stream">;
  /** Where the next bytes belong; undefined where the file is not as it was: only what is missing is added. */
  end: number | undefined;
  /** With `end` undefined: the last seq that the file holds. */
  lastSeq: number;
}

/** Puts the records of the journal onto the files of the sessions and the feed. */
export class Replay {
  events = 0;
  readonly sessions = new Set<string>();
  readonly deleted = new Set<string>();
  private readonly options: ReplayOptions;
  private readonly records: readonly JournalRecord[];
  /** Where a session's last removal or its last first event stands; its records before are of another life. */
  private readonly lives = new Map<string, number>();
  private readonly targets = new Map<string, Target>();

  constructor(options: ReplayOptions, segments: readonly (readonly JournalRecord[])[]) {
    this.options = options;
    this.records = segments.flat();
    for (const record of this.records) {
      if (isDeletion(record)) this.deleted.add(record.sessionId);
      if (isDeletion(record) || record.first === 1) this.lives.set(record.sessionId, record.position);
    }
  }

  run(): void {
    const { layout, feed, io, only } = this.options;
    for (const sessionId of this.deleted) {
      if (!only || only.has(sessionId)) io.rmSync(join(layout.sessions, sessionId), { recursive: true, force: true });
    }
    // Under a running server the feed holds what was written to it, unless it could not be made durable.
    if (this.records.length > 0 && (!only || feed.suspect)) feed.trim(this.records[0]!.position);
    for (const record of this.records) this.apply(record);
  }

  private apply(record: JournalRecord): void {
    this.applyToFeed(record);
    const { layout, io, only } = this.options;
    if (isDeletion(record) || (only && !only.has(record.sessionId))) return;
    if (record.position < (this.lives.get(record.sessionId) ?? 0)) return;
    this.sessions.add(record.sessionId);
    this.events += record.last - record.first + 1;
    const folder = join(layout.sessions, record.sessionId);
    io.mkdirSync(folder, { recursive: true });
    for (const part of record.parts) this.applyPart(streamFile(folder, part.stream), part);
  }

  private applyToFeed(record: JournalRecord): void {
    const { feed } = this.options;
    if (record.position <= feed.position) return;
    const { sessionId, position } = record;
    const [first, last, deletedAt] = isDeletion(record) ? [0, 0, record.deletedAt] : [record.first, record.last, ""];
    feed.append(feedLine({ position, sessionId, first, last, deletedAt }), position + last - first);
  }

  private applyPart(path: string, part: JournalPart): void {
    const { offset, bytes } = part;
    const target = this.targets.get(path) ?? this.createTarget(path, part);
    if (target.end !== undefined && target.end !== offset) {
      target.end = undefined;
      target.lastSeq = lastSeqOf(path);
    }
    if (target.end === undefined) return this.addMissing(path, bytes, target);
    this.write(path, bytes, offset);
    target.end = offset + bytes.length;
  }

  private createTarget(path: string, part: JournalPart): Target {
    const fitting = fits(path, part.offset, part.bytes);
    const target: Target = { part, end: fitting ? part.offset : undefined, lastSeq: fitting ? 0 : lastSeqOf(path) };
    this.targets.set(path, target);
    return target;
  }

  private addMissing(path: string, bytes: Buffer, target: Target): void {
    const missing = splitLines(bytes).filter((line) => seqOfLine(line) > target.lastSeq);
    if (missing.length === 0) return;
    const { io, notify } = this.options;
    const { size, torn } = withFile(path, undefined, { size: 0, torn: 0 }, wholeSize);
    if (torn > 0) setAside(path, size, io);
    this.write(path, Buffer.from(missing.map((line) => `${line}\n`).join("")), size);
    target.lastSeq = seqOfLine(missing.at(-1)!);
    notify({
      level: "warn",
      message: "A session file was changed from outside; missing events were added at its end",
      detail: { path },
    });
  }

  private write(path: string, bytes: Buffer, offset: number): void {
    const { io } = this.options;
    const fd = io.openSync(path, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o644);
    try {
      writeWhole(fd, bytes, offset, io);
    } finally {
      io.closeSync(fd);
    }
  }

  /** Makes everything durable that the journal was there for. */
  async finish(): Promise<void> {
    const { layout, feed, io } = this.options;
    const folders = new Set<string>();
    for (const [path, target] of this.targets) {
      if (target.end !== undefined) this.cutBehind(path, target.end, target);
      if (!fs.existsSync(path)) continue;
      await fsyncPath(path, io);
      folders.add(dirname(path));
    }
    for (const folder of folders) fsyncFolder(folder, io);
    fsyncFolder(layout.sessions, io);
    await feed.sync();
  }

  /** What stands behind the journal's bytes stays where it goes on with the log, else it is set aside. */
  private cutBehind(path: string, end: number, { part }: Target): void {
    const { io, notify } = this.options;
    const size = withFile(
      path,
      undefined,
      end,
      (file) => end + continuing(readRange(file, end, file.size), lastSeqIn(path, end), part.stream),
    );
    const torn = setAside(path, size, io);
    if (torn > 0)
      notify({
        level: "warn",
        message: `${numberOf(torn, "byte")} outside the log moved aside, to a file beside`,
        detail: { path },
      });
  }
}

/** How many of these bytes are whole lines that go on behind `seq`. */
function continuing(bytes: Buffer, seq: number, stream: Stream): number {
  let [size, last] = [0, seq];
  for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, size)) {
    const line = bytes.toString("utf8", size, end);
    const next = foldedEvent(stream, line) ? seqOfLine(line) : 0;
    if (next <= last) break;
    last = next;
    size = end + 1;
  }
  return size;
}

/** Whether the journal's bytes belong at this place: the line before it, if any, comes before them. */
function fits(path: string, offset: number, bytes: Buffer): boolean {
  if (offset === 0) return true;
  return withFile(path, undefined, false, (file) => {
    if (file.size < offset || readRange(file, offset - 1, offset)[0] !== 0x0a) return false;
    const seq = lastSeqIn(path, offset);
    return seq > 0 && seq < firstSeq(bytes);
  });
}

function firstSeq(bytes: Buffer): number {
  const end = bytes.indexOf(0x0a);
  return seqOfLine(bytes.toString("utf8", 0, end === -1 ? bytes.length : end));
}

/** The seq of the last whole line before `end`. */
function lastSeqIn(path: string, end: number): number {
  return withFile(path, end, 0, (file) => {
    const [line] = splitLines(linesBackward(file, file.size, 1, 1024 * 1024).bytes);
    return line === undefined ? 0 : seqOfLine(line);
  });
}

/** The highest seq at the end of the file, over lines that are none. */
function lastSeqOf(path: string): number {
  const file = openForReading(path);
  if (!file) return 0;
  try {
    for (let end = wholeSize(file).size; end > 0;) {
      const run = linesBackward(file, end, 1, 1024 * 1024);
      const seq = seqOfLine(splitLines(run.bytes)[0] ?? "");
      if (seq > 0 || run.count === 0) return seq;
      end = run.start;
    }
    return 0;
  } finally {
    fs.closeSync(file.fd);
  }
}
