import fs from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { inTransaction, openDatabase, type Database } from "./sqlite.js";

/** Raised with every change of the tables or of what is indexed: an index of another version is built anew. */
const schemaVersion = 1;

/** Prefixes of two and three characters have an index of their own; longer ones have few words to visit. */
export const tokenizer = "tokenize = 'unicode61 remove_diacritics 2'";

/*
 * sessions.pk changes when a session's text is indexed from the start again: what was indexed under
 * the old pk belongs to nobody from then on and is removed bit by bit (`erased`).
 * texts.scope holds words that filters are made of, see extract-text.ts.
 * blocks tells which runs of documents can hold a moment at all.
 */
const tables = `
  CREATE TABLE sessions (
    pk INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, user_id TEXT, status TEXT NOT NULL, parent TEXT,
    created TEXT NOT NULL, updated INTEGER NOT NULL, tags TEXT NOT NULL, metadata TEXT NOT NULL,
    events INTEGER NOT NULL, text_seq INTEGER NOT NULL DEFAULT 0,
    actions_at INTEGER NOT NULL DEFAULT 0, responses_at INTEGER NOT NULL DEFAULT 0, changes_at INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX sessions_recent ON sessions (updated, id);
  CREATE INDEX sessions_status ON sessions (status, updated, id);
  CREATE INDEX sessions_user ON sessions (user_id, updated, id) WHERE user_id IS NOT NULL;
  CREATE INDEX sessions_parent ON sessions (parent, updated, id) WHERE parent IS NOT NULL;
  CREATE INDEX sessions_pending ON sessions (updated) WHERE text_seq < events;
  CREATE TABLE tags (tag TEXT NOT NULL, updated INTEGER NOT NULL, id TEXT NOT NULL, PRIMARY KEY (tag, updated, id)) WITHOUT ROWID;
  CREATE TABLE counters (
    total INTEGER NOT NULL, active INTEGER NOT NULL, completed INTEGER NOT NULL, failed INTEGER NOT NULL,
    cancelled INTEGER NOT NULL, events INTEGER NOT NULL, lag INTEGER NOT NULL,
    next_pk INTEGER NOT NULL, next_doc INTEGER NOT NULL, complete INTEGER NOT NULL
  );
  INSERT INTO counters VALUES (0, 0, 0, 0, 0, 0, 0, 1, 1, 0);
  CREATE TABLE docs (
    id INTEGER PRIMARY KEY, session INTEGER NOT NULL, stream INTEGER NOT NULL, seq INTEGER NOT NULL,
    start INTEGER NOT NULL, bytes INTEGER NOT NULL, time INTEGER NOT NULL
  );
  CREATE TABLE blocks (block INTEGER PRIMARY KEY, low INTEGER NOT NULL, high INTEGER NOT NULL);
  CREATE TABLE erased (pk INTEGER PRIMARY KEY, after INTEGER NOT NULL);
  CREATE VIRTUAL TABLE texts USING fts5(text, scope, content = '', contentless_delete = 1, prefix = '2 3', ${tokenizer});
`;

export interface OpenedIndex {
  db: Database;
  /** Every folder was catalogued once; else the catalogue is still to be built. */
  complete: boolean;
  writable: boolean;
}

/** The index at `path`; one that cannot be used is removed and begun anew. */
export function openIndexFile(path: string, onUnusable: (reason: string) => void): OpenedIndex {
  fs.mkdirSync(dirname(path), { recursive: true });
  try {
    return openForWriting(path);
  } catch (error) {
    onUnusable(error instanceof Error ? error.message : String(error));
    removeIndexFile(path);
    return openForWriting(path);
  }
}

function openForWriting(path: string): OpenedIndex {
  const db = openDatabase(path);
  try {
    db.exec(
      "PRAGMA journal_mode = WAL; PRAGMA cache_size = -2048; PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = MEMORY",
    );
    const version = versionOf(db);
    if (version === 0) createTables(db);
    else if (version !== schemaVersion) throw new Error(`version ${version} where ${schemaVersion} is in use`);
    else if (!isComplete(db)) throw new Error("it was not finished");
    probe(db);
    // One that is not finished is thrown away after a crash, so that until then nothing has to be synced.
    db.exec(`PRAGMA synchronous = ${version === 0 ? "OFF" : "NORMAL"}`);
    return { db, complete: version !== 0, writable: true };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** An index that a server keeps, for reading alone; undefined where there is none that can be used as it is. */
export function openIndexForReading(path: string): OpenedIndex | undefined {
  if (!fs.existsSync(path)) return undefined;
  let db: Database | undefined;
  try {
    db = openDatabase(readOnlyLocation(path), { readOnly: true });
    if (versionOf(db) === schemaVersion && isComplete(db)) {
      probe(db);
      return { db, complete: true, writable: false };
    }
  } catch {
    // A folder that cannot be written, or a file that is no index: the caller builds one in memory.
  }
  db?.close();
  return undefined;
}

/** Without a write-ahead log nobody is writing, and the file can be read without touching the folder at all. */
function readOnlyLocation(path: string): string {
  return fs.existsSync(`${path}-wal`) ? path : `${pathToFileURL(path).href}?immutable=1`;
}

export function openIndexInMemory(): OpenedIndex {
  const db = openDatabase(":memory:");
  createTables(db);
  return { db, complete: false, writable: true };
}

export function removeIndexFile(path: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) fs.rmSync(path + suffix, { force: true });
}

/** The catalogue holds every folder from now on; what was written so far is synced before it says so. */
export function markComplete(db: Database): void {
  db.exec("PRAGMA synchronous = NORMAL");
  inTransaction(db, () => db.exec("UPDATE counters SET complete = 0"));
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  db.exec("UPDATE counters SET complete = 1");
  syncIndex(db);
}

/**
 * Everything committed so far is on the disk afterwards: a commit with synchronous = FULL syncs
 * the write-ahead log and with it all commits before, also while a reader holds up the checkpoint.
 */
export function syncIndex(db: Database): void {
  db.exec("PRAGMA synchronous = FULL");
  try {
    inTransaction(db, () => db.exec("UPDATE counters SET complete = complete"));
  } finally {
    db.exec("PRAGMA synchronous = NORMAL");
  }
  db.exec("PRAGMA wal_checkpoint(PASSIVE)");
}

function createTables(db: Database): void {
  inTransaction(db, () => db.exec(`${tables} PRAGMA user_version = ${schemaVersion}`));
}

/** Looks into every table once: what cannot even be opened is found here. */
function probe(db: Database): void {
  for (const table of ["sessions", "tags", "docs", "blocks", "erased"])
    db.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get();
  db.prepare("SELECT 1 FROM texts WHERE texts MATCH 'a' LIMIT 1").get();
}

function versionOf(db: Database): number {
  return Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
}

function isComplete(db: Database): boolean {
  return db.prepare("SELECT complete FROM counters").get()?.["complete"] === 1;
}
