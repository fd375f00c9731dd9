import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { JsonObject } from "../../core/json.js";
import type { HotSession } from "./hot-session.js";
import type { Notify } from "./notice.js";
import { fsyncFd, fsyncPath, isMissing, writeWhole, type StorageFs } from "./storage-fs.js";

/** How long to rest after a snapshot, as a multiple of what it took. */
const restRatio = 19;

interface SnapshotterOptions {
  io: StorageFs;
  notify: Notify;
  /** Milliseconds between two snapshots of one session. */
  intervalMs: number;
}

/**
 * Writes state.json, metadata.json, initial.json and final.json behind the commits: each replaced
 * atomically, one session after the other, so that a busy store spends little on them.
 */
export class Snapshotter {
  private readonly options: SnapshotterOptions;
  private readonly dirty = new Map<string, { hot: HotSession; due: number }>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private current: HotSession | undefined;
  private readonly hurry = new AbortController();

  constructor(options: SnapshotterOptions) {
    this.options = options;
  }

  /** The session has moved on. A new one is written soon, so that its folder is complete. */
  mark(hot: HotSession): void {
    const known = this.dirty.get(hot.sessionId);
    if (known) {
      known.hot = hot;
      return;
    }
    const wait = hot.snapshotSeq < 0 || hot.durable.session.final !== null ? 20 : this.options.intervalMs;
    this.dirty.set(hot.sessionId, { hot, due: performance.now() + wait });
    this.schedule(wait);
  }

  private async rest(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.hurry.signal, ref: false }).catch(() => undefined);
  }

  /** The session is gone, or its files are not what they were: what is known of it is not written any more. */
  forget(sessionId: string): void {
    this.dirty.delete(sessionId);
    if (this.current?.sessionId === sessionId) this.current = undefined;
  }

  private schedule(delay: number): void {
    if (this.timer || this.running || this.hurry.signal.aborted) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.running = this.writeDue(performance.now()).finally(() => {
        this.running = undefined;
        if (this.dirty.size > 0) this.schedule(50);
      });
    }, delay);
    this.timer.unref();
  }

  /** In the background, snapshots take a small share of the time, and with it of the disk. */
  private async writeDue(now: number): Promise<void> {
    for (const [sessionId, { hot, due }] of this.dirty) {
      if (due > now) continue;
      this.dirty.delete(sessionId);
      const started = performance.now();
      await this.tryWrite(hot);
      if (!this.hurry.signal.aborted) await this.rest((performance.now() - started) * restRatio);
    }
  }

  /** Writes all that is behind, and nothing by itself from then on; for a clean stop. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.hurry.abort();
    await this.running;
    await this.writeDue(Infinity);
  }

  private async tryWrite(hot: HotSession): Promise<void> {
    this.current = hot;
    try {
      await writeSnapshot(hot, this.options.io, () => this.current === hot);
    } catch (error) {
      if (isMissing(error)) return;
      this.options.notify({
        level: "warn",
        message: "A snapshot could not be written; the log has everything, and it is tried again",
        detail: { sessionId: hot.sessionId, error },
      });
      this.dirty.set(hot.sessionId, { hot, due: performance.now() + 5000 });
    }
  }
}

/** Stops where the session is not `current` any more: a folder of its name may be another session's by then. */
async function writeSnapshot(hot: HotSession, io: StorageFs, current: () => boolean): Promise<void> {
  const { seq, session } = hot.durable;
  if (seq === 0 || seq === hot.snapshotSeq) return;
  const { folder } = hot;
  const files: [name: string, value: object][] = [
    ["state.json", session.state],
    ["metadata.json", session.metadata],
  ];
  if (session.final) files.unshift(["final.json", session.final]);
  else if (hot.hasFinal) await rm(join(folder, "final.json"), { force: true });
  if (hot.snapshotSeq < 1) files.unshift(["initial.json", session.initial]);
  hot.hasFinal = session.final !== null;
  for (const [name, value] of files) {
    if (!current()) return;
    await replaceJson(folder, name, value, io);
  }
  await fsyncPath(folder, io);
  hot.snapshotSeq = seq;
}

/** Writes a file beside, makes it durable and moves it into place. The folder is the caller's to fsync. */
export async function replaceJson(folder: string, name: string, value: object, io: StorageFs): Promise<void> {
  const temporary = join(folder, `.${name}.tmp`);
  const fd = io.openSync(temporary, "w", 0o644);
  try {
    writeWhole(fd, Buffer.from(`${JSON.stringify(value as JsonObject, null, 2)}\n`), 0, io);
    await fsyncFd(fd, io);
  } finally {
    io.closeSync(fd);
  }
  await rename(temporary, join(folder, name));
}
