import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { streams } from "../core/event.js";
import { layoutOf, streamFile, type Layout } from "../storage/file/layout.js";

/** A session whose files changed, or which is gone. `since`: when it was looked at last, epoch milliseconds. */
export interface Move {
  sessionId: string;
  gone: boolean;
  since: number;
}

interface Look {
  /** Bytes of the session's files. */
  size: number;
  at: number;
}

const everyMs = 500;
/** Sessions that moved this recently are looked at each time, and of all others so many in turn. */
const hotMs = 10 * 60_000;
const inTurn = 1_000;
const atOnce = 32;

/**
 * Tells which sessions of a storage folder move. Files are looked at, not watched: that works on
 * every file system, and costs the same however many sessions lie there. A session that has been
 * quiet for long is noticed by the links to the recent ones, which a server keeps, or in its turn.
 */
export class FolderWatch {
  private readonly layout: Layout;
  private readonly now: () => number;
  private readonly looks = new Map<string, Look>();
  private readonly hot = new Map<string, number>();
  private names: string[] = [];
  private folderTime = -1;
  private turn = 0;
  private begun = 0;

  constructor(path: string, now: () => number) {
    this.layout = layoutOf(path);
    this.now = now;
  }

  /** Looks at what is there; moves count from here. */
  async begin(signal: AbortSignal): Promise<void> {
    this.begun = this.now();
    await this.readNames();
    const recent = await this.recent();
    await this.lookAtAll([...recent, ...this.names.slice(0, inTurn)], signal);
    for (const sessionId of recent) this.hot.set(sessionId, this.begun);
  }

  async *moves(signal: AbortSignal): AsyncGenerator<Move> {
    while (!signal.aborted) {
      yield* await this.round(signal);
      await sleep(everyMs, undefined, { signal }).catch(() => {});
    }
  }

  private async round(signal: AbortSignal): Promise<Move[]> {
    const { added, removed } = await this.readNames();
    const gone = removed.map((sessionId) => this.forget(sessionId));
    const rest = this.names.length > 0 ? this.nextInTurn() : [];
    const wanted = new Set([...added, ...this.hot.keys(), ...(await this.recent()), ...rest]);
    return [...gone, ...(await this.lookAtAll([...wanted], signal))];
  }

  private nextInTurn(): string[] {
    const from = this.turn % this.names.length;
    this.turn = from + inTurn;
    return this.names.slice(from, from + inTurn);
  }

  private forget(sessionId: string): Move {
    const since = this.looks.get(sessionId)?.at ?? this.begun;
    this.looks.delete(sessionId);
    this.hot.delete(sessionId);
    return { sessionId, gone: true, since };
  }

  private async lookAtAll(sessionIds: readonly string[], signal: AbortSignal): Promise<Move[]> {
    const moves: Move[] = [];
    for (let from = 0; from < sessionIds.length && !signal.aborted; from += atOnce) {
      const found = await Promise.all(sessionIds.slice(from, from + atOnce).map((sessionId) => this.look(sessionId)));
      for (const move of found) if (move) moves.push(move);
    }
    return moves;
  }

  private async look(sessionId: string): Promise<Move | undefined> {
    const at = this.now();
    const { size, changed } = await sizeOf(join(this.layout.sessions, sessionId));
    const before = this.looks.get(sessionId);
    if (size === 0) return undefined;
    this.looks.set(sessionId, { size, at });
    const heat = this.hot.get(sessionId);
    if (heat !== undefined && at - heat > hotMs) this.hot.delete(sessionId);
    // The clock that files are stamped with may be coarser than this one.
    const moved = before ? before.size !== size : changed >= this.begun - 20;
    if (!moved) return undefined;
    this.hot.set(sessionId, at);
    return { sessionId, gone: false, since: before?.at ?? this.begun };
  }

  /** Reads the folder again where its own time says that something came or went. */
  private async readNames(): Promise<{ added: string[]; removed: string[] }> {
    const nothing = { added: [], removed: [] };
    const folder = await stat(this.layout.sessions).catch(() => undefined);
    // Within the same tick of the file system's clock more may have come.
    if (!folder || (folder.mtimeMs === this.folderTime && this.now() - folder.mtimeMs > 2_000)) return nothing;
    const names = await readdir(this.layout.sessions).catch(() => this.names);
    const before = new Set(this.names);
    const isFirst = this.folderTime === -1;
    this.folderTime = folder.mtimeMs;
    this.names = names;
    if (isFirst) return nothing;
    const now = new Set(names);
    return { added: names.filter((name) => !before.has(name)), removed: [...before].filter((name) => !now.has(name)) };
  }

  private async recent(): Promise<string[]> {
    const names = await readdir(this.layout.recent).catch(() => []);
    return names.map((name) => name.replace(/^\d+-/, ""));
  }
}

async function sizeOf(folder: string): Promise<{ size: number; changed: number }> {
  const stats = await Promise.all(streams.map((stream) => stat(streamFile(folder, stream)).catch(() => undefined)));
  const found = stats.filter((each) => each !== undefined);
  return {
    size: found.reduce((total, each) => total + each.size, 0),
    changed: Math.max(0, ...found.map((each) => each.mtimeMs)),
  };
}
