import fs from "node:fs";
import { dirname } from "node:path";
import type { CommitQueue } from "./commit-queue.js";
import type { Feed } from "./feed.js";
import { ChangedFileError, type FilePool } from "./file-pool.js";
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
  /** Files of these sessions may not hold what was written to them; the journal does. */
  onSuspect(sessions: ReadonlySet<string>, error: unknown): void;
}

interface DirtyFile {
  sessionId: string;
  /** Bytes that the file must hold. */
  size: number;
  inode: number | undefined;
}

type DirtyFiles = Map<string, DirtyFile>;

/**
 * Makes the session files durable in their own right, so that the journal up to there can go.
 * Where that fails, or a file is not the one that was written to, the files are written again from
 * the journal: after a failed fsync the kernel may have dropped what it could not write, and the
 * next fsync would not tell.
 */
export class Checkpointer {
  private readonly options: CheckpointerOptions;
  private dirty: DirtyFiles = new Map();
  private syncing: DirtyFiles = new Map();
  private running: Promise<void> | undefined;

  constructor(options: CheckpointerOptions) {
    this.options = options;
  }

  /** These records were written to the session files. */
  mark(records: readonly JournalRecord[]): void {
    const { pool } = this.options;
    for (const record of records) {
      if (isDeletion(record)) continue;
      for (const { path, offset, bytes } of record.parts) {
        this.dirty.set(path, { sessionId: record.sessionId, size: offset + bytes.length, inode: pool.inodeOf(path) });
      }
    }
    this.startIfDue();
  }

  private startIfDue(): void {
    const { journal, segmentBytes } = this.options;
    if (journal.segmentBytes >= segmentBytes) this.start();
  }

  /** The session is gone, and with it its files; or they have been made durable otherwise. */
  forget(sessionId: string): void {
    for (const files of [this.dirty, this.syncing]) {
      for (const [path, file] of files) if (file.sessionId === sessionId) files.delete(path);
    }
  }

  private start(): void {
    if (this.running) return;
    this.running = this.run().then(
      () => {
        this.running = undefined;
        // What was written meanwhile may have filled the next segment.
        this.startIfDue();
      },
      (error: unknown) => {
        this.running = undefined;
        const message = "A checkpoint failed; the journal is kept, and it is tried again";
        this.options.notify({ level: "error", message, detail: { error } });
      },
    );
  }

  /** Runs one whole checkpoint. @throws the system's error; the journal is kept then */
  async finish(): Promise<void> {
    while (this.running) await this.running;
    await this.run();
  }

  private async run(): Promise<void> {
    const { journal, queue, isWhole } = this.options;
    const { segment, files } = await queue.between(() => {
      if (!isWhole()) throw new Error("writes are refused just now");
      const files = this.dirty;
      this.syncing = files;
      this.dirty = new Map();
      return { segment: journal.rotate(), files };
    });
    try {
      await this.options.indexCheckpoint();
      await this.syncFiles(files);
    } catch (error) {
      for (const [path, file] of files) if (!this.dirty.has(path)) this.dirty.set(path, file);
      throw error;
    }
    if (segment > 0) journal.dropThrough(segment);
  }

  private async syncFiles(files: DirtyFiles): Promise<void> {
    const changed = new Set<string>();
    try {
      await this.trySync(files, changed);
    } catch (error) {
      this.options.onSuspect(new Set([...files.values()].map(({ sessionId }) => sessionId)), error);
      throw error;
    }
    if (changed.size === 0) return;
    const error = new ChangedFileError("session files were changed from outside");
    this.options.onSuspect(changed, error);
    throw error;
  }

  private async trySync(files: DirtyFiles, changed: Set<string>): Promise<void> {
    const { layout, io, feed } = this.options;
    const folders = new Set<string>();
    for (const [path, file] of files) {
      const intact = await this.syncFile(path, file);
      if (!files.has(path)) continue;
      if (intact === false) changed.add(file.sessionId);
      if (intact !== undefined) folders.add(dirname(path));
    }
    for (const folder of folders) await ignoreMissing(fsyncPath(folder, io));
    await fsyncPath(layout.sessions, io);
    await feed.sync();
  }

  /** True once durable, false where another file lies there or none, undefined where the session's folder is gone. */
  private async syncFile(path: string, { size, inode }: DirtyFile): Promise<boolean | undefined> {
    const { io } = this.options;
    let fd: number;
    try {
      fd = io.openSync(path, "r");
    } catch (error) {
      if (isMissing(error)) return fs.existsSync(dirname(path)) ? false : undefined;
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
