import fs from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { SessionEvent } from "../../core/event.js";
import { temporaryFolder } from "../../testing/temporary-folder.js";
import { parsePage } from "../page.js";
import type { SessionStore } from "../session-store.js";
import { openFileStore, type FileStoreOptions } from "./file-store.js";
import { scanSegment } from "./journal-format.js";
import type { Notice } from "./notice.js";
import { nodeFs, type StorageFs } from "./storage-fs.js";
import { verifyStore, type Finding } from "./verify.js";

/** A folder that goes with the test. */
export function testFolder(): string {
  const folder = temporaryFolder();
  onTestFinished(() => folder.remove());
  return folder.path;
}

export interface Opened {
  store: SessionStore;
  path: string;
  notices: Notice[];
}

/** A store that is closed with the test. */
export async function openStore(path: string, options: Partial<FileStoreOptions> = {}): Promise<Opened> {
  const notices: Notice[] = [];
  const store = await openFileStore({ path, onNotice: (notice) => notices.push(notice), ...options });
  onTestFinished(() => store.close());
  return { store, path, notices };
}

/** The folder as a crash at this moment leaves it, but for the lock and the index: to read those here would let go of their locks. */
export function copyStore(path: string, target = testFolder()): string {
  const filter = (source: string): boolean => !/^(lock|index)/.test(source.slice(path.length + 1));
  fs.cpSync(path, target, { recursive: true, verbatimSymlinks: true, filter });
  return target;
}

export async function findingsOf(path: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of verifyStore(path)) findings.push(finding);
  return findings;
}

/** A session's whole log. */
export async function allEvents(store: SessionStore, sessionId: string): Promise<SessionEvent[]> {
  const events: SessionEvent[] = [];
  for (let after = 0, more = (await store.head(sessionId)) > 0; more;) {
    const page = await store.readPage(sessionId, { of: "events", after, limit: 1000 });
    events.push(...parsePage<SessionEvent>(page));
    after = page.last;
    more = page.more && page.count > 0;
  }
  return events;
}

export interface FeedLine {
  type: string;
  sessionId: string;
  seq?: number;
  cursor: string;
}

/** What happened to all sessions behind a cursor. */
export async function allFeed(store: SessionStore, after: string, limit = 7): Promise<FeedLine[]> {
  const lines: FeedLine[] = [];
  for (let cursor = after, more = true; more;) {
    const page = await store.readFeed(cursor, limit);
    lines.push(...parsePage<FeedLine>({ ...page, first: 0, last: 0 }));
    more = page.more && page.next !== cursor;
    cursor = page.next;
  }
  return lines;
}

export function seqsOf(events: readonly { seq: number }[]): number[] {
  return events.map(({ seq }) => seq);
}

/** 1, 2, 3, … up to `head`. */
export function gapless(head: number): number[] {
  return Array.from({ length: head }, (_, index) => index + 1);
}

export function sessionFile(path: string, sessionId: string, name: string): string {
  return join(path, "sessions", sessionId, name);
}

export function segmentsOf(path: string): string[] {
  return fs
    .readdirSync(join(path, "journal"))
    .map((name) => join(path, "journal", name))
    .toSorted();
}

/** Without fsync: for tests that open hundreds of folders and pull no plug. */
export const unsyncedFs: StorageFs = {
  ...nodeFs,
  fsyncSync: () => undefined,
  fsync: ((_fd: number, done: fs.NoParamCallback) => done(null)) as StorageFs["fsync"],
  fdatasync: ((_fd: number, done: fs.NoParamCallback) => done(null)) as StorageFs["fdatasync"],
};

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}

/** `dsync` is the part of a write to a journal that makes it durable, behind the bytes. */
export type Call = keyof StorageFs | "dsync";

/** Decides on a call of the seam: an error to fail with, or how many bytes of a write to take. */
export type Fault = (call: Call, path: string) => string | number | undefined;

/** The real file system with faults in it; `fault` may be changed at any time. */
export class FaultyFs {
  fault: Fault | undefined;
  readonly calls: string[] = [];
  readonly io: StorageFs;
  private readonly paths = new Map<number, string>();
  private readonly synced = new Set<number>();

  constructor() {
    this.io = { ...nodeFs };
    this.wrapSync();
    this.wrapAsync();
  }

  private check(call: Call, path: string): number | undefined {
    this.calls.push(`${call} ${path}`);
    const verdict = this.fault?.(call, path);
    if (typeof verdict === "string") throw systemError(verdict);
    return verdict;
  }

  private pathOf(fd: number): string {
    return this.paths.get(fd) ?? "";
  }

  private syncFailure(fd: number): Error | null {
    if (!this.synced.has(fd)) return null;
    try {
      this.check("dsync", this.pathOf(fd));
      return null;
    } catch (error) {
      return error as Error;
    }
  }

  private wrapSync(): void {
    const { io } = this;
    io.openSync = (path, flags, mode) => {
      this.check("openSync", String(path));
      const fd = nodeFs.openSync(path, flags, mode);
      this.paths.set(fd, String(path));
      if (typeof flags === "number" && (flags & fs.constants.O_DSYNC) !== 0) this.synced.add(fd);
      else this.synced.delete(fd);
      return fd;
    };
    io.mkdirSync = ((path: string, options: fs.MakeDirectoryOptions) => {
      this.check("mkdirSync", path);
      return nodeFs.mkdirSync(path, options);
    }) as StorageFs["mkdirSync"];
    io.writeSync = ((fd: number, bytes: Uint8Array, offset: number, length: number, position: number) => {
      const taken = this.check("writeSync", this.pathOf(fd));
      return nodeFs.writeSync(fd, bytes, offset, Math.min(length, taken ?? length), position);
    }) as StorageFs["writeSync"];
    io.ftruncateSync = (fd, size) => {
      this.check("ftruncateSync", this.pathOf(fd));
      nodeFs.ftruncateSync(fd, size);
    };
    io.fsyncSync = (fd) => {
      this.check("fsyncSync", this.pathOf(fd));
      nodeFs.fsyncSync(fd);
    };
    io.renameSync = (from, to) => {
      this.check("renameSync", String(to));
      nodeFs.renameSync(from, to);
    };
    io.rmSync = (path, options) => {
      this.check("rmSync", String(path));
      nodeFs.rmSync(path, options);
    };
  }

  private wrapAsync(): void {
    const { io } = this;
    const sync = (call: "fsync" | "fdatasync") => (fd: number, done: fs.NoParamCallback) => {
      try {
        this.check(call, this.pathOf(fd));
      } catch (error) {
        setImmediate(() => done(error as Error));
        return;
      }
      nodeFs[call](fd, done);
    };
    io.fsync = sync("fsync") as StorageFs["fsync"];
    io.fdatasync = sync("fdatasync") as StorageFs["fdatasync"];
    io.writev = ((
      fd: number,
      buffers: Buffer[],
      position: number,
      done: (error: Error | null, written: number) => void,
    ) => {
      try {
        const taken = this.check("writev", this.pathOf(fd));
        const wanted = taken === undefined ? buffers : [Buffer.concat(buffers).subarray(0, taken)];
        nodeFs.writev(fd, wanted, position, (error, written) => done(error ?? this.syncFailure(fd), written));
      } catch (error) {
        setImmediate(() => done(error as Error, 0));
      }
    }) as StorageFs["writev"];
  }
}

/** Takes off the blanks that stand behind a journal's groups, so that its segments end where the groups do. */
export function cutBlanks(path: string): void {
  for (const segment of segmentsOf(path)) {
    const groups = [...scanSegment(fs.readFileSync(segment))];
    fs.truncateSync(segment, groups.at(-1)?.end ?? 0);
  }
}
