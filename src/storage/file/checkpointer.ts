import fs from "node:fs";
import { dirname } from "node:path";
import type { CommitQueue } from "./commit-queue.js";
import type { Feed } from "./feed.js";
import type { FilePool } from "./file-pool.js";
import { isDeletion, type JournalRecord } from "./journal-format.js";
import type { Journal } from "./journal.js";
import type { Layout } from "./layout.js";
import type { Notify } from "./notice.js";
import { fsyncFd, fsyncPath, isMissing, type StorageFs } from "./storage-fs.js";

interface CheckpointerOptions {
  layout: Layout;
  journal: Journal;
  queue: CommitQueue;
  feed: Feed;
  pool: FilePool;
  io: StorageFs;
  notify: Notify;
  /** A checkpoint is due when the segment that is being written has this many bytes. */
  segmentBytes: number;
  /** Makes durable that what was committed so far is indexed or is still to be. */
  indexCheckpoint(): Promise<void>;
  /** Whether every group in the journal is in the session files. */
  isWhole(): boolean;
  /** Files of these sessions are not the ones that were written to. */
  onChanged(sessions: ReadonlySet<string>): void;
}

interface DirtyFile {
  sessionId: string;
  /** Bytes that the file must hold. */
  size: number;
}

/**
 * Makes the session files durable in their own right, so that the journal up to there can go.
 * A file that is not the one that was written to is mended from the journal first.
 */
export class Checkpointer {
  private readonly options: CheckpointerOptions;
  private dirty = new Map<string, DirtyFile>();
  private running: Promise<void> | undefined;

  constructor(options: CheckpointerOptions) {
    this.options = options;
  }

  /** These records were written to the session files. */
  mark(records: readonly JournalRecord[]): void {
    for (const record of records) {
      if (isDeletion(record)) continue;
      for (const { path, offset, bytes } of record.parts) {
        this.dirty.set(path, { sessionId: record.sessionId, size: offset + bytes.length });
      }
    }
    const { journal, segmentBytes } = this.options;
    if (journal.segmentBytes >= segmentBytes) this.start();
  }

  /** The session is gone, and with it its files. */
  forget(sessionId: string): void {
    for (const [path, file] of this.dirty) if (file.sessionId === sessionId) this.dirty.delete(path);
  }

  private start(): void {
    if (this.running) return;
    this.running = this.run()
      .catch((error: unknown) => {
        const message = "A checkpoint failed; the journal is kept, and it is tried again";
        this.options.notify({ level: "error", message, detail: { error } });
      })
      .finally(() => {
        this.running = undefined;
      });
  }

  /** Runs one whole checkpoint. @throws the system's error; the journal is kept then */
  async finish(): Promise<void> {
    await this.running;
    await this.run();
  }

  private async run(): Promise<void> {
    const { journal, queue, feed, isWhole } = this.options;
    const { segment, files } = await queue.between(() => {
      if (!isWhole()) throw new Error("writes are refused just now");
      const files = this.dirty;
      this.dirty = new Map();
      return { segment: journal.rotate(), files };
    });
    try {
      await this.options.indexCheckpoint();
      await this.syncFiles(files);
      await feed.sync();
    } catch (error) {
      for (const [path, file] of files) if (!this.dirty.has(path)) this.dirty.set(path, file);
      throw error;
    }
    if (segment > 0) journal.dropThrough(segment);
  }

  private async syncFiles(files: ReadonlyMap<string, DirtyFile>): Promise<void> {
    const { layout, io } = this.options;
    const folders = new Set<string>();
    const changed = new Set<string>();
    for (const [path, { sessionId, size }] of files) {
      const intact = await this.syncFile(path, size);
      if (intact === false) changed.add(sessionId);
      if (intact !== undefined) folders.add(dirname(path));
    }
    for (const folder of folders) await ignoreMissing(fsyncPath(folder, io));
    await fsyncPath(layout.sessions, io);
    if (changed.size === 0) return;
    this.options.onChanged(changed);
    throw new Error("session files were changed from outside");
  }

  /** True once durable, false where another file lies there, undefined where there is none any more. */
  private async syncFile(path: string, size: number): Promise<boolean | undefined> {
    const { io, pool } = this.options;
    const inode = pool.inodeOf(path);
    let fd: number;
    try {
      fd = io.openSync(path, "r");
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    try {
      const found = fs.fstatSync(fd);
      await fsyncFd(fd, io);
      return found.size >= size && (inode === undefined || inode === found.ino);
    } finally {
      io.closeSync(fd);
    }
  }
}

async function ignoreMissing(task: Promise<void>): Promise<void> {
  try {
    await task;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}
