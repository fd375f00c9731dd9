import fs from "node:fs";
import { join } from "node:path";
import { AppError } from "../../core/errors.js";
import { streams } from "../../core/event.js";
import type { Session } from "../../core/session.js";
import type { State } from "../../core/state.js";
import { openSessionIndex, type SessionIndex } from "../index/session-index.js";
import { toEventLine, typeOfLine } from "../line.js";
import { pageOf, selectLines } from "../page.js";
import type {
  Page,
  PageQuery,
  SearchPage,
  SearchQuery,
  SessionPage,
  SessionQuery,
  SessionStore,
  Stats,
  StoreStatus,
} from "../session-store.js";
import { sessionNotFound } from "../store-errors.js";
import { layoutOf, streamFile, type Layout } from "./layout.js";
import { openForReading, wholeSize } from "./line-file.js";
import { foldLines, loadSession, readHead, readStateAt } from "./load-session.js";
import type { Sizes } from "./hot-session.js";
import { isPredecessorFolder, readPredecessor } from "./predecessor.js";
import { readSessionPage } from "./session-pages.js";
import { emptySession } from "../../core/session.js";
import { readStored, type SessionFiles } from "./stored-lines.js";

/**
 * Reads a storage folder as it lies, with no server and without changing it, also while a server
 * writes to it. Appends and deletes are refused.
 *
 * @throws AppError `not_found` where there is no storage folder
 */
export async function openReadOnlyStore({ path }: { path: string }): Promise<SessionStore> {
  const layout = layoutOf(path);
  if (!fs.existsSync(layout.sessions)) {
    throw new AppError(
      "not_found",
      `There is no storage folder at ${path} (it has no 'sessions' folder). Give its path with --storage.`,
    );
  }
  const index = await openSessionIndex({ path: layout.index, sessionsPath: layout.sessions, readOnly: true });
  return new ReadOnlyStore(layout, index);
}

class ReadOnlyStore implements SessionStore {
  private readonly layout: Layout;
  private readonly index: SessionIndex;

  constructor(layout: Layout, index: SessionIndex) {
    this.layout = layout;
    this.index = index;
  }

  async append(): Promise<never> {
    throw readOnly();
  }

  async delete(): Promise<never> {
    throw readOnly();
  }

  async readSession(sessionId: string): Promise<Session | undefined> {
    return loadSession(this.layout.sessions, sessionId)?.session;
  }

  async readStateAt(sessionId: string, at: number): Promise<State> {
    const folder = this.folderOf(sessionId);
    if (isPredecessorFolder(folder))
      return foldLines(emptySession(sessionId), readPredecessor(folder).slice(0, at)).state;
    return readStateAt(this.filesOf(sessionId), at);
  }

  async readPage(sessionId: string, query: PageQuery): Promise<Page> {
    const folder = this.folderOf(sessionId);
    return isPredecessorFolder(folder)
      ? predecessorPage(folder, sessionId, query)
      : readSessionPage(this.filesOf(sessionId), query);
  }

  private folderOf(sessionId: string): string {
    return join(this.layout.sessions, sessionId);
  }

  private filesOf(sessionId: string): SessionFiles {
    const folder = this.folderOf(sessionId);
    const sizes = wholeSizes(folder);
    const head = readHead(folder, sizes);
    if (head === 0) throw sessionNotFound(sessionId);
    return { sessionId, folder, sizes, head: gaplessHead({ sessionId, folder, sizes, head }) };
  }

  async head(sessionId: string): Promise<number> {
    const folder = this.folderOf(sessionId);
    if (isPredecessorFolder(folder)) return readPredecessor(folder).length;
    return readHead(folder) === 0 ? 0 : this.filesOf(sessionId).head;
  }

  async readFeed(): Promise<never> {
    throw new AppError(
      "usage",
      "The log of all sessions needs a running server. Start one with 'claude-sessions serve'.",
    );
  }

  feedHead(): string {
    return "0.0";
  }

  listSessions(query: SessionQuery): Promise<SessionPage> {
    return this.index.list(query);
  }

  search(query: SearchQuery): Promise<SearchPage> {
    return this.index.search(query);
  }

  stats(): Promise<Stats> {
    return this.index.stats();
  }

  onCommit(): () => void {
    return () => {};
  }

  status(): StoreStatus {
    return {
      path: this.layout.root,
      writable: false,
      reason: "opened for reading",
      journalBytes: 0,
      indexLag: this.index.lag,
      hotSessions: 0,
    };
  }

  close(): Promise<void> {
    return this.index.close();
  }
}

function readOnly(): AppError {
  return new AppError(
    "storage_unavailable",
    "The storage folder is open for reading only. Send writes to a running server.",
  );
}

function wholeSizes(folder: string): Sizes {
  const sizes: Sizes = { actions: 0, responses: 0, changes: 0 };
  for (const stream of streams) {
    const file = openForReading(streamFile(folder, stream));
    if (!file) continue;
    try {
      sizes[stream] = wholeSize(file).size;
    } finally {
      fs.closeSync(file.fd);
    }
  }
  return sizes;
}

/**
 * A server that is writing may have put a later event into one file and not yet an earlier one into
 * another; those behind the gap do not count yet.
 */
function gaplessHead(files: SessionFiles): number {
  const tail = readStored(files, Math.max(0, files.head - 64), files.head);
  const gap = tail.findIndex((line, index) => index > 0 && line.seq > tail[index - 1]!.seq + 1);
  return gap === -1 ? files.head : tail[gap - 1]!.seq;
}

function predecessorPage(folder: string, sessionId: string, query: PageQuery): Page {
  const { of, types } = query;
  const inStream = readPredecessor(folder).filter(({ stream }) => of === "events" || stream === of);
  const wanted = inStream.filter(({ stream, text }) => {
    if (!types?.length) return true;
    if (of !== "events" || stream === "changes") return types.includes(typeOfLine(text));
    return types.includes(stream === "actions" ? "action" : "response");
  });
  const { lines, more } = selectLines(wanted, query);
  const texts = lines.map(({ stream, text }) => (of === "events" ? toEventLine(stream, sessionId, text) : text));
  return pageOf(texts, lines, more);
}
