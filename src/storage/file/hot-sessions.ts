import fs from "node:fs";
import { join } from "node:path";
import { streams, type Stream } from "../../core/event.js";
import { numberOf } from "../../core/number-of.js";
import { emptySession } from "../../core/session.js";
import { foldedEvent } from "../line.js";
import { adoptPredecessor } from "./adopt.js";
import { ChangedFileError, type FilePool } from "./file-pool.js";
import { createHotSession, isBusy, type HotSession, type Sizes } from "./hot-session.js";
import { streamFile } from "./layout.js";
import { linesBackward, openForReading, splitLines, wholeSize, type OpenFile } from "./line-file.js";
import { loadTo, readHead, readSnapshotSeq } from "./load-session.js";
import { isPredecessorFolder } from "./predecessor.js";
import { setAside } from "./set-aside.js";
import type { StorageFs } from "./storage-fs.js";
import type { Notify } from "./notice.js";

interface HotSessionsOptions {
  sessionsPath: string;
  pool: FilePool;
  io: StorageFs;
  capacity: number;
  now: () => number;
  notify: Notify;
  /** A folder vanished behind the server's back. */
  onVanished(hot: HotSession): void;
  /** A file was replaced or cut behind the server's back. */
  onChanged(sessionIds: ReadonlySet<string>, error: Error): void;
  onEvicted(hot: HotSession): void;
}

const folderCheckMs = 1000;
/** Sessions that one load looks at to find those that can go. */
const maxLooks = 64;

/** The sessions in memory: the most recently used, loaded from their folders when they are asked for. */
export class HotSessions {
  private readonly sessions = new Map<string, HotSession>();
  private readonly options: HotSessionsOptions;

  constructor(options: HotSessionsOptions) {
    this.options = options;
  }

  get size(): number {
    return this.sessions.size;
  }

  /** The session; undefined where there is none. */
  get(sessionId: string): HotSession | undefined {
    const hot = this.sessions.get(sessionId);
    if (!hot) return this.load(sessionId);
    if (this.hasVanished(hot)) return undefined;
    this.sessions.delete(sessionId);
    this.sessions.set(sessionId, hot);
    return hot;
  }

  /** Those in memory, without looking for more. */
  *[Symbol.iterator](): Generator<HotSession> {
    yield* this.sessions.values();
  }

  /** Makes the folder of a new session. @throws the system's error */
  create(sessionId: string): HotSession {
    const { sessionsPath, io, now } = this.options;
    const folder = join(sessionsPath, sessionId);
    this.release(folder);
    io.mkdirSync(folder, { recursive: true });
    const hot = createHotSession(
      sessionId,
      folder,
      0,
      emptySession(sessionId),
      { actions: 0, responses: 0, changes: 0 },
      now(),
    );
    this.keep(hot);
    return hot;
  }

  /** Lets go of open files of a session that is loaded or made: they may be of an earlier life of it. */
  private release(folder: string): void {
    for (const stream of streams) this.options.pool.release(streamFile(folder, stream));
  }

  drop(sessionId: string): void {
    this.sessions.delete(sessionId);
  }

  /** Looks, at most once a second, whether the session's files are still the ones that it writes to. */
  private hasVanished(hot: HotSession): boolean {
    const now = this.options.now();
    if (now - hot.checkedAt < folderCheckMs || isBusy(hot) || hot.durable.seq === 0) return false;
    hot.checkedAt = now;
    const found = streams.map((stream) => this.compare(hot, stream));
    if (found.every((state) => state === "same")) return false;
    if (fs.existsSync(hot.folder)) {
      this.options.onChanged(new Set([hot.sessionId]), new ChangedFileError(`${hot.folder} was changed from outside`));
      return false;
    }
    this.options.onVanished(hot);
    return true;
  }

  private compare(hot: HotSession, stream: Stream): "same" | "other" {
    const path = streamFile(hot.folder, stream);
    const expected = hot.durable.sizes[stream];
    const found = fs.statSync(path, { throwIfNoEntry: false });
    if (!found) return expected === 0 ? "same" : "other";
    const inode = this.options.pool.inodeOf(path);
    if (found.size < expected || (inode !== undefined && inode !== found.ino)) return "other";
    if (found.size > expected) this.cutTorn(hot.sessionId, path, expected);
    return "same";
  }

  private load(sessionId: string): HotSession | undefined {
    const { sessionsPath, io, now, notify } = this.options;
    const folder = join(sessionsPath, sessionId);
    this.release(folder);
    if (isPredecessorFolder(folder)) adoptPredecessor(folder, io, notify);
    const sizes = this.readSizes(sessionId, folder);
    const seq = readHead(folder, sizes);
    if (seq === 0) return undefined;
    const session = loadTo({ sessionId, folder, head: seq, sizes });
    const hot = createHotSession(sessionId, folder, seq, session, sizes, now());
    hot.snapshotSeq = readSnapshotSeq({ sessionId, folder, head: seq });
    this.keep(hot);
    return hot;
  }

  /** Bytes up to the last event. What stands behind was never acknowledged; the next write puts a line in its place. */
  private readSizes(sessionId: string, folder: string): Sizes {
    const sizes: Sizes = { actions: 0, responses: 0, changes: 0 };
    for (const stream of streams) {
      const file = openForReading(streamFile(folder, stream));
      if (!file) continue;
      try {
        sizes[stream] = eventsSize(file, stream);
        if (sizes[stream] < file.size) this.cutTorn(sessionId, streamFile(folder, stream), sizes[stream]);
      } finally {
        fs.closeSync(file.fd);
      }
    }
    return sizes;
  }

  private cutTorn(sessionId: string, path: string, size: number): void {
    const { io, notify } = this.options;
    const torn = setAside(path, size, io);
    notify({
      level: "warn",
      message: `${numberOf(torn, "byte")} not written by the server moved aside, to a file beside`,
      detail: { sessionId, path },
    });
  }

  /** Keeps the session, and lets the longest unused go. One that is being written to, and the one that is kept, stay. */
  private keep(hot: HotSession): void {
    this.sessions.set(hot.sessionId, hot);
    let looked = 0;
    for (const oldest of this.sessions.values()) {
      if (this.sessions.size <= this.options.capacity || ++looked > maxLooks) return;
      if (oldest === hot || isBusy(oldest)) continue;
      this.sessions.delete(oldest.sessionId);
      this.options.onEvicted(oldest);
    }
  }
}

/** Size of a stream up to and with its last event. */
function eventsSize({ fd, size }: OpenFile, stream: Stream): number {
  let end = wholeSize({ fd, size }).size;
  while (end > 0) {
    const run = linesBackward({ fd, size }, end, 1, 1024 * 1024);
    const [line] = splitLines(run.bytes);
    if (line === undefined || foldedEvent(stream, line)) break;
    end = run.start;
  }
  return end;
}
