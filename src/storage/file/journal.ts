import fs from "node:fs";
import { join } from "node:path";
import { groupHeader } from "./journal-format.js";
import { fsyncFolder, tookNothing, type StorageFs } from "./storage-fs.js";

const segmentName = /^(\d{8})\.journal$/;

/** The segments of a journal folder, oldest first. */
export function listSegments(folder: string): { number: number; path: string }[] {
  return fs
    .readdirSync(folder)
    .map((name) => ({ match: segmentName.exec(name), path: join(folder, name) }))
    .filter(({ match }) => match !== null)
    .map(({ match, path }) => ({ number: Number(match![1]), path }))
    .toSorted((a, b) => a.number - b.number);
}

interface JournalOptions {
  folder: string;
  io: StorageFs;
  /** With false, a group is acknowledged once the kernel has it: it outlives the process, not a power cut. */
  sync: boolean;
  platform?: NodeJS.Platform;
}

interface Segment {
  number: number;
  path: string;
  fd: number;
  /** Bytes of whole groups. */
  size: number;
  /** Bytes that the file has: what is behind the groups is blank. */
  allocated: number;
}

/** Blanks are written ahead in steps that double from the first to the last of these sizes, in bytes. */
const firstBlanks = 256 * 1024;
const mostBlanks = 8 * 1024 * 1024;
/** Bytes of a group beside which a commit of metadata costs little, and blanks would be written in vain. */
const largeGroup = 128 * 1024;

/**
 * The write-ahead journal that all sessions share: one write and one fsync for whatever was
 * waiting. Segments that a checkpoint has made superfluous are dropped.
 *
 * A segment is blanked ahead of its groups. So the fsync of a group has bytes to write but no new
 * size of the file, and does not wait for the file system to commit its metadata, with everything
 * that other writes have put there.
 */
export class Journal {
  private readonly options: JournalOptions;
  private segment: Segment | undefined;
  private groupNumber = 0;
  private readonly closed = new Map<number, number>();
  private closedBytes = 0;
  private ended = 0;

  constructor(options: JournalOptions) {
    this.options = options;
  }

  /**
   * On Linux a write to a file that is opened for it returns when it is durable, one trip to the
   * thread pool and back for both. Elsewhere that promises less than fdatasync does.
   */
  private get syncsWithin(): boolean {
    const { sync, platform = process.platform } = this.options;
    return sync && platform === "linux";
  }

  private get syncsBehind(): boolean {
    return this.options.sync && !this.syncsWithin;
  }

  /** Bytes in segments that are still needed. */
  get bytes(): number {
    return this.closedBytes + (this.segment?.size ?? 0);
  }

  /** Bytes in the segment that is being written. */
  get segmentBytes(): number {
    return this.segment?.size ?? 0;
  }

  /**
   * Writes one group behind the last; resolves, with what the fsync took in seconds, once it is durable.
   * After a failure nothing may be written before {@link discardFailed} has succeeded.
   */
  write(payload: readonly Buffer[]): Promise<number> {
    const segment = (this.segment ??= this.createSegment());
    const header = groupHeader(this.groupNumber, payload);
    const total = payload.reduce((sum, { length }) => sum + length, header.length);
    const buffers = [header, ...payload, ...this.blanksBehind(segment, segment.size + total)];
    const started = performance.now();
    return new Promise((resolve, reject) => {
      const done = () => {
        segment.size += total;
        this.groupNumber = (this.groupNumber + 1) >>> 0;
        resolve((performance.now() - started) / 1000);
      };
      this.writeAll(segment, buffers, { at: segment.size, needed: total }, (error) => {
        if (error) reject(error);
        else if (!this.syncsBehind) done();
        else this.options.io.fdatasync(segment.fd, (failure) => (failure ? reject(failure) : done()));
      });
    });
  }

  /** The blanks to write behind a group that ends at `end`: none while there are some, or where the group is large. */
  private blanksBehind(segment: Segment, end: number): Buffer[] {
    if (!this.options.sync || end <= segment.allocated || end - segment.size > largeGroup) return [];
    return [Buffer.alloc(Math.min(Math.max(segment.allocated, firstBlanks), mostBlanks))];
  }

  /** Writes at least the `needed` first bytes at `at`; on a disk that is nearly full, blanks may find no room. */
  private writeAll(
    segment: Segment,
    buffers: Buffer[],
    { at, needed }: { at: number; needed: number },
    done: (error: Error | null) => void,
  ): void {
    this.options.io.writev(segment.fd, buffers, at, (error, written) => {
      if (error) return done(error);
      segment.allocated = Math.max(segment.allocated, at + written);
      if (written >= needed) return done(null);
      if (written === 0) return done(tookNothing());
      return this.writeAll(segment, behind(buffers, written), { at: at + written, needed: needed - written }, done);
    });
  }

  private createSegment(): Segment {
    const { folder, io } = this.options;
    const number = Math.max(this.ended, listSegments(folder).at(-1)?.number ?? 0) + 1;
    const path = join(folder, `${String(number).padStart(8, "0")}.journal`);
    const { O_WRONLY, O_CREAT, O_EXCL, O_DSYNC } = fs.constants;
    const fd = io.openSync(path, O_WRONLY | O_CREAT | O_EXCL | (this.syncsWithin ? O_DSYNC : 0), 0o644);
    try {
      fsyncFolder(folder, io);
    } catch (error) {
      io.closeSync(fd);
      io.rmSync(path, { force: true });
      throw error;
    }
    return { number, path, fd, size: 0, allocated: 0 };
  }

  /** Cuts off a group whose write or fsync failed, durably, so that no replay can bring it back. */
  discardFailed(): void {
    const { segment } = this;
    if (!segment) return;
    const { io } = this.options;
    io.ftruncateSync(segment.fd, segment.size);
    io.fsyncSync(segment.fd);
    this.rotate();
  }

  /** Ends the segment; the next write starts another. Returns the number of the last that was ended, 0 where there was none. */
  rotate(): number {
    const { segment } = this;
    if (!segment) return this.ended;
    this.segment = undefined;
    this.closedBytes += segment.size;
    this.closed.set(segment.number, segment.size);
    this.ended = segment.number;
    this.options.io.closeSync(segment.fd);
    return segment.number;
  }

  /** Drops the segments up to and including `number`. */
  dropThrough(number: number): void {
    const { folder, io } = this.options;
    for (const segment of listSegments(folder)) {
      if (segment.number > number) continue;
      io.rmSync(segment.path);
      this.closedBytes -= this.closed.get(segment.number) ?? 0;
      this.closed.delete(segment.number);
    }
    fsyncFolder(folder, io);
  }
}

function behind(buffers: Buffer[], written: number): Buffer[] {
  let skip = written;
  return buffers.flatMap((buffer) => {
    const cut = Math.min(skip, buffer.length);
    skip -= cut;
    return cut === buffer.length ? [] : [buffer.subarray(cut)];
  });
}
