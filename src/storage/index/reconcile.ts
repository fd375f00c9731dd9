import fs from "node:fs";
import { parseSessionId } from "../../core/ids.js";
import type { Catalogue } from "./catalogue.js";
import type { Counters } from "./counters.js";
import { folderOf } from "./session-lines.js";
import { inTransaction, type Database } from "./sqlite.js";

const sliceMilliseconds = 10;
/** While everybody waits for the catalogue there is little to let in, and large transactions cost less. */
const rebuildMilliseconds = 50;
const progressEvery = 100;

interface ReconcileOptions {
  db: Database;
  catalogue: Catalogue;
  counters: Counters;
  sessionsPath: string;
  /** The catalogue is being built; nobody is answered before it is. */
  rebuild: boolean;
  isClosed: () => boolean;
  onProgress: (progress: { done: number; total: number }) => void;
  onNotice: (message: string, detail: object) => void;
}

/**
 * Brings the catalogue in line with the folders: one pass over their names, in slices between which
 * other work goes on. Folders that it does not know are read, sessions without a folder removed.
 */
export async function reconcile(options: ReconcileOptions): Promise<void> {
  const stored = options.counters.stats().total;
  const { known, unknown } = await compareNames(options);
  if (known < stored) await removeVanished(options);
  await loadUnknown(options, unknown);
}

/** How many folders are not as the catalogue has them: 0 where it can be used as it is. */
export async function countDifferences(options: ReconcileOptions): Promise<number> {
  const { known, unknown } = await compareNames(options);
  return unknown.length + Math.abs(options.counters.stats().total - known);
}

async function compareNames({
  catalogue,
  sessionsPath,
  isClosed,
}: ReconcileOptions): Promise<{ known: number; unknown: string[] }> {
  const unknown: string[] = [];
  let known = 0;
  const folder = openFolder(sessionsPath);
  if (!folder) return { known, unknown };
  try {
    await inSlices(isClosed, () => {
      const entry = folder.readSync();
      if (entry === null) return false;
      if (entry.isFile() || !isSessionId(entry.name)) return true;
      if (catalogue.has(entry.name)) known += 1;
      else unknown.push(entry.name);
      return true;
    });
  } finally {
    folder.closeSync();
  }
  return { known, unknown };
}

async function removeVanished({ db, catalogue, counters, sessionsPath, isClosed }: ReconcileOptions): Promise<void> {
  let after = "";
  await inSlices(isClosed, () => {
    const ids = catalogue.idsAfter(after, 100);
    inSavedTransaction(db, counters, () => {
      for (const sessionId of ids) {
        if (!fs.existsSync(folderOf(sessionsPath, sessionId)))
          catalogue.apply({ sessionId, metadata: null, replaced: false });
      }
    });
    after = ids.at(-1) ?? "";
    return ids.length > 0;
  });
}

async function loadUnknown(options: ReconcileOptions, unknown: string[]): Promise<void> {
  if (unknown.length === 0) return;
  const { db, catalogue, counters, sessionsPath, rebuild, isClosed, onProgress, onNotice } = options;
  const { loadMetadata } = await import("./load-metadata.js");
  // Ids in order fill the pages of the catalogue's largest index one behind the other.
  unknown.sort();
  let done = 0;
  let told = Number.NEGATIVE_INFINITY;
  const loadOne = (sessionId: string): void => {
    if (catalogue.has(sessionId)) return;
    try {
      const metadata = loadMetadata(sessionsPath, sessionId);
      if (metadata) catalogue.apply({ sessionId, metadata, replaced: false });
    } catch (error) {
      if (!(error instanceof Error && "syscall" in error)) throw error;
      onNotice(`The folder of session '${sessionId}' cannot be read; lists and search leave it out.`, {
        error: error.message,
      });
    }
  };
  await inSlices(isClosed, () => {
    inSavedTransaction(db, counters, () => {
      for (
        const end = performance.now() + (rebuild ? rebuildMilliseconds : sliceMilliseconds);
        done < unknown.length && performance.now() < end;
        done++
      ) {
        loadOne(unknown[done]!);
      }
    });
    if (performance.now() - told >= progressEvery || done === unknown.length) {
      told = performance.now();
      onProgress({ done, total: unknown.length });
    }
    return done < unknown.length;
  });
}

/** A transaction that stores the counters with what it changed. */
export function inSavedTransaction(db: Database, counters: Counters, work: () => void): void {
  try {
    inTransaction(db, () => {
      work();
      counters.save();
    });
  } catch (error) {
    counters.load();
    throw error;
  }
}

/** Calls `step` until it says false, letting other work in about every {@link sliceMilliseconds}. */
async function inSlices(isClosed: () => boolean, step: () => boolean): Promise<void> {
  let end = performance.now() + sliceMilliseconds;
  while (!isClosed() && step()) {
    if (performance.now() < end) continue;
    await new Promise((resolve) => setImmediate(resolve));
    end = performance.now() + sliceMilliseconds;
  }
}

function openFolder(path: string): fs.Dir | undefined {
  try {
    return fs.opendirSync(path, { bufferSize: 1024 });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function isSessionId(name: string): boolean {
  try {
    return parseSessionId(name) === name;
  } catch {
    return false;
  }
}
