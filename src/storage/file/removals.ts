import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { join } from "node:path";
import { streams } from "../../core/event.js";
import { encodeId } from "../../core/ids.js";
import type { Checkpointer } from "./checkpointer.js";
import type { CommitQueue } from "./commit-queue.js";
import type { FilePool } from "./file-pool.js";
import type { HotSession } from "./hot-session.js";
import type { HotSessions } from "./hot-sessions.js";
import { streamFile, type Layout } from "./layout.js";
import type { Notify } from "./notice.js";
import type { Snapshotter } from "./snapshotter.js";
import type { StorageFs } from "./storage-fs.js";

interface RemovalsOptions {
  layout: Layout;
  sessions: HotSessions;
  queue: CommitQueue;
  pool: FilePool;
  snapshots: Snapshotter;
  checkpointer: Checkpointer;
  io: StorageFs;
  notify: Notify;
  now: () => number;
}

/** How sessions go: through the journal, so that no replay brings them back. */
export class Removals {
  private readonly options: RemovalsOptions;
  constructor(options: RemovalsOptions) {
    this.options = options;
  }

  /** Resolves once the removal is durable and the folder is out of the way; false where there was no session. */
  async remove(sessionId: string): Promise<boolean> {
    const hot = this.options.sessions.get(sessionId);
    if (!hot) return false;
    if (hot.leaving) {
      await hot.leaving;
      return false;
    }
    const removal = this.enqueue(sessionId, () => this.moveToTrash(hot));
    const settled = (): void => {
      hot.leaving = undefined;
    };
    hot.leaving = removal.then(settled, settled);
    await removal;
    return true;
  }

  /** A session's folder was removed from outside: as if it had been deleted. */
  vanished(sessionId: string): void {
    const message = "A session's folder was removed from outside; the session counts as deleted";
    this.options.notify({ level: "warn", message, detail: { sessionId } });
    this.letGo(sessionId);
    this.enqueue(sessionId, () => {}).catch(() => undefined);
  }

  private enqueue(sessionId: string, apply: () => void): Promise<void> {
    const { queue, now } = this.options;
    const deletedAt = new Date(now()).toISOString();
    queue.seal();
    return new Promise((resolve, reject) => queue.add({ sessionId, deletedAt, apply, waiter: { resolve, reject } }));
  }

  private moveToTrash({ sessionId, folder }: HotSession): void {
    const { layout, io } = this.options;
    this.letGo(sessionId);
    io.mkdirSync(layout.trash, { recursive: true });
    const grave = join(layout.trash, `${sessionId}~${encodeId(randomBytes(6))}`);
    io.renameSync(folder, grave);
    void fs.promises.rm(grave, { recursive: true, force: true }).catch(() => undefined);
  }

  /** Forgets what is known of the session's files. */
  letGo(sessionId: string): void {
    const { layout, sessions, snapshots, checkpointer, pool } = this.options;
    sessions.drop(sessionId);
    snapshots.forget(sessionId);
    checkpointer.forget(sessionId);
    for (const stream of streams) pool.release(streamFile(join(layout.sessions, sessionId), stream));
  }
}
