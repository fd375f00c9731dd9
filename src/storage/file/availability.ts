import fs from "node:fs";
import { AppError } from "../../core/errors.js";
import { storageUnavailable } from "../store-errors.js";
import type { CommitQueue } from "./commit-queue.js";
import type { Feed } from "./feed.js";
import type { FilePool } from "./file-pool.js";
import { rollBack, type HotSession } from "./hot-session.js";
import type { HotSessions } from "./hot-sessions.js";
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
  sessions: HotSessions;
  recent: RecentCommits;
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
  private resuming: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: AvailabilityOptions) {
    this.options = options;
  }

  /** A commit failed; `touched` are the sessions whose appends were lost. */
  failed(error: unknown, touched: ReadonlySet<HotSession>): void {
    const { pool, sessions, notify } = this.options;
    const code = errorCode(error);
    const reason = (code !== undefined && reasons[code]) || "the storage failed";
    this.degraded ??= { reason, code };
    for (const hot of touched) {
      rollBack(hot);
      this.behind.add(hot.sessionId);
      if (hot.durable.seq === 0) sessions.drop(hot.sessionId);
    }
    pool.close();
    notify({ level: "error", message: `Writes are refused: ${reason}`, detail: { error } });
    this.timer ??= setInterval(() => void this.resume().catch(() => undefined), retryMs);
    this.timer.unref();
  }

  /** Session files are not the ones that were written to: what is in flight is refused and they are mended. */
  changed(sessionIds: ReadonlySet<string>): void {
    for (const sessionId of sessionIds) this.behind.add(sessionId);
    this.degraded ??= { reason: "session files were changed from outside and are being mended", code: undefined };
    this.options.queue.abort(new Error("session files were changed from outside"));
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
    const { layout, journal, queue, feed, io, notify, sessions, recent } = this.options;
    if (this.degraded?.code === "ENOSPC" && freeBytes(layout.root) < neededBytes) throw new Error("no space yet");
    journal.discardFailed();
    await replaySessions({ layout, feed, io, notify, only: this.behind });
    for (const sessionId of this.behind) sessions.drop(sessionId);
    recent.clear();
    this.behind.clear();
    queue.resume();
    this.degraded = undefined;
    this.stop();
    notify({ level: "info", message: "Writes are taken again" });
  }

  /** What the caller of a lost append is told. */
  translate(error: unknown): unknown {
    if (error instanceof AppError) return error;
    const code = errorCode(error);
    if (!this.degraded && code === undefined) return error;
    return storageUnavailable(this.degraded?.reason ?? reasons[code ?? ""] ?? "the storage failed", error);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

function freeBytes(path: string): number {
  const { bavail, bsize } = fs.statfsSync(path);
  return bavail * bsize;
}
