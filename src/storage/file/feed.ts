import fs from "node:fs";
import { join } from "node:path";
import { FilePool } from "./file-pool.js";
import { linesForward, offsetAfter, splitLines, wholeSize, withFile } from "./line-file.js";
import { fsyncFd, fsyncPath, type StorageFs } from "./storage-fs.js";

/*
 * The order in which events of all sessions were committed, in a few bytes a commit:
 *
 *   <position> <session> <first seq> <last seq>          events of one session
 *   <position> <session> deleted <time>                   the session is gone
 *
 * Positions count events of all sessions from 1. Two files: when the newer has its share of the
 * bound, it becomes the older, and the one before that is forgotten.
 */

export interface FeedEntry {
  position: number;
  sessionId: string;
  first: number;
  last: number;
  deletedAt: string;
}

interface FeedOptions {
  folder: string;
  io: StorageFs;
  maxBytes: number;
  createEpoch: () => string;
}

interface Part {
  path: string;
  size: number;
}

const positionOf = (line: string): number => Number.parseInt(line, 10) || 0;

/** As {@link positionOf}; what is no line counts as behind everything. */
function durablePositionOf(line: string): number {
  const match = /^(\d{1,15}) /.exec(line);
  return match ? Number(match[1]) : Infinity;
}

export class Feed {
  /** Names this log: a cursor of another epoch belongs to another log. */
  readonly epoch: string;
  /** Place of the last entry that was written. */
  position: number;
  /** Place of the last entry that readers may see: everything up to it is in the session files. */
  published: number;
  /** What was written last may not be in the file: an fsync failed. */
  suspect = false;
  private readonly options: FeedOptions;
  private readonly pool: FilePool;
  private readonly newer: Part;
  private readonly older: Part;

  constructor(options: FeedOptions) {
    this.options = options;
    fs.mkdirSync(options.folder, { recursive: true });
    this.pool = new FilePool(options.io, 1);
    this.epoch = readEpoch(options);
    this.newer = openPart(join(options.folder, "newer.log"));
    this.older = openPart(join(options.folder, "older.log"));
    this.position = lastPosition(this.newer) || lastPosition(this.older);
    this.published = this.position;
  }

  /** Writes lines behind the last. */
  append(text: string, position: number): void {
    const bytes = Buffer.from(text, "latin1");
    this.pool.write(this.newer.path, bytes, this.newer.size);
    this.newer.size += bytes.length;
    this.position = position;
  }

  /** Lets readers see all that was written. */
  publish(): void {
    this.published = this.position;
  }

  /**
   * Cuts off what the journal holds from `position` on, to be written again: those lines were not
   * made durable, and a power cut may have left anything in their place.
   */
  trim(position: number): void {
    const { newer } = this;
    const size = withFile(newer.path, newer.size, 0, (file) => offsetAfter(file, position - 1, durablePositionOf));
    if (size === newer.size) return;
    this.options.io.ftruncateSync(this.pool.acquire(newer.path), size);
    newer.size = size;
    this.position = lastPosition(newer) || lastPosition(this.older);
  }

  async sync(): Promise<void> {
    const { folder, io, maxBytes } = this.options;
    this.suspect = true;
    await fsyncFd(this.pool.acquire(this.newer.path), io);
    this.suspect = false;
    await fsyncPath(folder, io);
    if (this.newer.size > maxBytes / 2) this.rotate();
  }

  private rotate(): void {
    this.pool.release(this.newer.path);
    this.options.io.renameSync(this.newer.path, this.older.path);
    this.older.size = this.newer.size;
    this.newer.size = 0;
  }

  /** Entries that hold positions behind `position`; undefined where the log no longer reaches back so far. */
  read(position: number, limit: number): FeedEntry[] | undefined {
    const first = firstPosition(this.older) || firstPosition(this.newer);
    if (first > 0 && position + 1 < first) return undefined;
    const entries = readPart(this.older, position, limit);
    if (entries.length < limit) entries.push(...readPart(this.newer, position, limit - entries.length));
    return entries.filter((entry) => entry.position <= this.published);
  }

  close(): void {
    this.pool.close();
  }
}

export function feedLine({ position, sessionId, first, last, deletedAt }: FeedEntry): string {
  return deletedAt === ""
    ? `${position} ${sessionId} ${first} ${last}\n`
    : `${position} ${sessionId} deleted ${deletedAt}\n`;
}

function parseFeedLine(line: string): FeedEntry {
  const [position, sessionId = "", first = "", last = ""] = line.split(" ");
  const deleted = first === "deleted";
  return {
    position: Number(position),
    sessionId,
    first: deleted ? 0 : Number(first),
    last: deleted ? 0 : Number(last),
    deletedAt: deleted ? last : "",
  };
}

function readEpoch({ folder, io, createEpoch }: FeedOptions): string {
  const path = join(folder, "epoch");
  const known = fs.existsSync(path) ? fs.readFileSync(path, "utf8").trim() : "";
  if (/^[0-9a-z]{1,32}$/.test(known)) return known;
  for (const name of ["newer.log", "older.log"]) io.rmSync(join(folder, name), { force: true });
  const epoch = createEpoch();
  fs.writeFileSync(path, `${epoch}\n`, { flush: true });
  return epoch;
}

function openPart(path: string): Part {
  return { path, size: withFile(path, undefined, 0, (file) => wholeSize(file).size) };
}

function lastPosition(part: Part): number {
  return withFile(part.path, part.size, 0, (file) => {
    const tail = linesForward(file, Math.max(0, lastLineStart(part)), 1, 4096);
    const [line] = splitLines(tail.bytes);
    if (line === undefined) return 0;
    const { position, first, last } = parseFeedLine(line);
    return position + last - first;
  });
}

function lastLineStart(part: Part): number {
  return withFile(part.path, part.size, 0, (file) => {
    const { size } = wholeSize({ fd: file.fd, size: file.size - 1 });
    return size;
  });
}

function firstPosition(part: Part): number {
  return withFile(part.path, part.size, 0, (file) => {
    const [line] = splitLines(linesForward(file, 0, 1, 4096).bytes);
    return line === undefined ? 0 : positionOf(line);
  });
}

/** The entry that holds the position may start before it, so the read begins one entry early. */
function readPart(part: Part, position: number, limit: number): FeedEntry[] {
  return withFile(part.path, part.size, [] as FeedEntry[], (file) => {
    const behind = offsetAfter(file, position, positionOf);
    const start = behind === 0 ? 0 : wholeSize({ fd: file.fd, size: behind - 1 }).size;
    const entries = splitLines(linesForward(file, start, limit + 1, 1024 * 1024).bytes).map(parseFeedLine);
    return entries.filter((entry) => entry.position + entry.last - entry.first > position).slice(0, limit);
  });
}
