import fs from "node:fs";
import { join } from "node:path";
import { AppError } from "../../core/errors.js";
import { storageUnavailable } from "../store-errors.js";
import type { CommitQueue } from "./commit-queue.js";
import type { Feed } from "./feed.js";
import { ChangedFileError, type FilePool } from "./file-pool.js";
import { rollBack, type HotSession } from "./hot-session.js";
import type { Journal } from "./journal.js";
import type { Layout } from "./layout.js";
import type { Notify } from "./notice.js";
import type { RecentCommits } from "./recent-commits.js";
import { replaySessions } from "./recovery.js";
import { errorCode, type StorageFs } from "./storage-fs.js";

interface AvailabilityOptions {
  layout: Layout;
  journal: Journal;
  queue: CommitQueue;
  feed: Feed;
  pool: FilePool;
  io: StorageFs;
  notify: Notify;
  recent: RecentCommits;
  /** Forgets what is known of a session's files, before they are read anew. */
  letGo(sessionId: string): void;
  /** These sessions may hold more than was acknowledged, or are gone; writes are taken again. */
  onMended(sessions: ReadonlySet<string>, vanished: ReadonlySet<string>): void;
}

interface Degraded {
  reason: string;
  code: string | undefined;
}

const retryMs = 1000;
const neededBytes = 1024 * 1024;

const reasons: Record<string, string> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EACCES: "the storage folder cannot be written",
  EPERM: "the storage folder cannot be written",
  EIO: "the disk reports errors",
};

/**
 * What happens when the medium fails: nothing that was not durable is kept or acknowledged, writes
 * are refused, reads go on, and as soon as it works again the journal is put onto the files of the
 * sessions concerned and writes are taken.
 */
export class Availability {
  degraded: Degraded | undefined;
  private readonly options: AvailabilityOptions;
  private readonly behind = new Set<string>();
  private readonly removed = new Set<string>();
  private resuming: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: AvailabilityOptions) {
    this.options = options;
  }

  /** A commit failed; `touched` are the sessions whose appends were lost, `removals` those whose removal was. */
  failed(error: unknown, touched: ReadonlySet<HotSession>, removals: readonly string[]): void {
    const { pool, letGo, notify } = this.options;
    this.degraded ??= { reason: reasonOf(error), code: errorCode(error) };
    for (const hot of touched) {
      rollBack(hot);
      this.behind.add(hot.sessionId);
      if (hot.durable.seq === 0) letGo(hot.sessionId);
    }
    for (const sessionId of removals) {
      this.behind.add(sessionId);
      this.removed.add(sessionId);
    }
    pool.close();
    notify({ level: "error", message: `Writes are refused: ${this.degraded.reason}`, detail: { error } });
    this.timer ??= setInterval(() => void this.resume().catch(() => undefined), retryMs);
    this.timer.unref();
  }

  /** Files of these sessions may not hold what was written to them: what is in flight is refused and they are mended. */
  suspect(sessionIds: ReadonlySet<string>, error: unknown): void {
    for (const sessionId of sessionIds) this.behind.add(sessionId);
    this.degraded ??= { reason: reasonOf(error), code: errorCode(error) };
    this.options.queue.abort(error);
  }

  /** Takes writes again if the medium lets it. @throws AppError `storage_unavailable` */
  async resume(): Promise<void> {
    if (!this.degraded) return;
    this.resuming ??= this.tryResume().finally(() => {
      this.resuming = undefined;
    });
    try {
      await this.resuming;
    } catch (error) {
      throw storageUnavailable(this.degraded.reason, error);
    }
  }

  private async tryResume(): Promise<void> {
    const { layout, journal, queue, feed, io, notify, recent, letGo, onMended } = this.options;
    if (this.degraded?.code === "ENOSPC" && freeBytes(layout.root) < neededBytes) throw new Error("no space yet");
    await queue.idle();
    journal.discardFailed();
    const vanished = new Set([...this.behind].filter((sessionId) => this.hasVanished(sessionId)));
    const mended = new Set([...this.behind].filter((sessionId) => !vanished.has(sessionId)));
    await replaySessions({ layout, feed, io, notify, only: mended });
    feed.publish();
    for (const sessionId of this.behind) letGo(sessionId);
    recent.clear();
    this.behind.clear();
    this.removed.clear();
    queue.resume();
    this.degraded = undefined;
    this.stop();
    notify({ level: "info", message: "Writes are taken again" });
    onMended(mended, vanished);
  }

  /** Whether somebody else removed the session's folder. */
  private hasVanished(sessionId: string): boolean {
    return !this.removed.has(sessionId) && !fs.existsSync(join(this.options.layout.sessions, sessionId));
  }

  /** What the caller of a lost append is told. */
  translate(error: unknown): unknown {
    if (error instanceof AppError) return error;
    const code = errorCode(error);
    if (!this.degraded && code === undefined && !(error instanceof ChangedFileError)) return error;
    return storageUnavailable(this.degraded?.reason ?? reasonOf(error), error);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

/** Why writes fail, for people. */
export function reasonOf(error: unknown): string {
  if (error instanceof ChangedFileError) return "session files were changed from outside and are being mended";
  return reasons[errorCode(error) ?? ""] ?? "the storage failed";
}

function freeBytes(path: string): number {
  const { bavail, bsize } = fs.statfsSync(path);
  return bavail * bsize;
}
