import { randomBytes } from "node:crypto";
import { AppError } from "../../core/errors.js";
import { encodeId } from "../../core/ids.js";
import { openSessionIndex, type SessionIndex } from "../index/session-index.js";
import type { SessionStore, StoreObserver } from "../session-store.js";
import { storageUnavailable } from "../store-errors.js";
import { adoptAll } from "./adopt.js";
import { reasonOf } from "./availability.js";
import { Feed } from "./feed.js";
import { FileEngine } from "./file-engine.js";
import { layoutOf, type Layout } from "./layout.js";
import { takeLock, type Lock } from "./lock.js";
import type { Notify } from "./notice.js";
import { recover, type RecoveryReport } from "./recovery.js";
import { errorCode, nodeFs, type StorageFs, makeFolder } from "./storage-fs.js";

export interface FileStoreOptions {
  path: string;
  /** `relaxed` acknowledges once the kernel has an event: it outlives the process, not a power cut. */
  durability?: "strict" | "relaxed";
  now?: () => number;
  observer?: StoreObserver;
  onNotice?: Notify;
  onIndexProgress?: (progress: { done: number; total: number }) => void;
  /** The calls that writes go through. */
  io?: StorageFs;
  /** Bytes of a journal segment, behind which a checkpoint starts. */
  segmentBytes?: number;
  /** Sessions that are kept in memory. */
  hotSessions?: number;
  /** Milliseconds between two snapshots of a session. */
  snapshotIntervalMs?: number;
}

/** What the engine is made of, once the folder is open and recovered. */
export interface EngineOptions extends FileStoreOptions {
  layout: Layout;
  lock: Lock;
  feed: Feed;
  index: SessionIndex;
  io: StorageFs;
  now: () => number;
  notify: Notify;
  recovery: RecoveryReport;
  runId: string;
}

/**
 * Opens the file engine on a folder, making it where it is missing: takes the lock, puts the journal
 * onto the session files, and starts the index.
 *
 * @throws AppError `storage_locked` where another process has it, `storage_unavailable` where it cannot be written
 */
export async function openFileStore(options: FileStoreOptions): Promise<SessionStore> {
  const { path, now = Date.now, io = nodeFs, onNotice: notify = () => {} } = options;
  const layout = layoutOf(path);
  makeFolders(layout);
  const lock = takeLock(layout.lock, new Date(now()).toISOString());
  try {
    const feed = new Feed({
      folder: layout.feed,
      io,
      maxBytes: 64 * 1024 * 1024,
      createEpoch: () => encodeId(randomBytes(8)),
    });
    adoptAll(layout, io, notify, options.onIndexProgress);
    const recovery = await recover({ layout, feed, io, notify });
    makeFolders(layout);
    const index = await openSessionIndex({
      path: layout.index,
      sessionsPath: layout.sessions,
      onNotice: notify,
      ...(options.onIndexProgress && { onProgress: options.onIndexProgress }),
    });
    return new FileEngine({
      ...options,
      layout,
      lock,
      feed,
      index,
      io,
      now,
      notify,
      recovery,
      runId: encodeId(randomBytes(8)),
    });
  } catch (error) {
    lock.release();
    throw error instanceof AppError || errorCode(error) === undefined
      ? error
      : storageUnavailable(reasonOf(error), error);
  }
}

function makeFolders({ sessions, recent, journal, trash }: Layout): void {
  try {
    for (const folder of [sessions, recent, journal, trash]) makeFolder(folder);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw storageUnavailable("the storage folder cannot be made or written; check its path and permissions", error);
  }
}
