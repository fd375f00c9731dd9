import type { DatabaseSync, StatementSync } from "node:sqlite";

export type Database = DatabaseSync;
export type Statement = StatementSync;

/** A parameter for a rowid of FTS5: numbers are bound as floating point, which it takes for no bound at all. */
export const integer = "CAST(? AS INTEGER)";

/** SQLITE_ERROR (a table is not what the statement says), SQLITE_CORRUPT, SQLITE_NOTADB. */
const corruptCodes = new Set([1, 11, 26]);

/** Opens a database file; every statement may throw what {@link isCorruption} tells apart. */
export function openDatabase(path: string, options: { readOnly?: boolean } = {}): Database {
  return new (loadQuietly())(path, { readOnly: options.readOnly ?? false });
}

/** The file is not a database, or no longer the one that it was. */
export function isCorruption(error: unknown): boolean {
  return (
    typeof error === "object" && error !== null && "errcode" in error && corruptCodes.has(Number(error.errcode) & 0xff)
  );
}

/** Runs `work` in one transaction; nothing of it stays where it throws. */
export function inTransaction<T>(db: Database, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

let constructor: typeof DatabaseSync | undefined;

/** Some versions of Node warn that their SQLite is experimental; that one warning is left out. */
function loadQuietly(): typeof DatabaseSync {
  if (constructor) return constructor;
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning: string | Error, ...rest: []) => {
    if (!String(warning).includes("SQLite")) emitWarning.call(process, warning, ...rest);
  };
  try {
    constructor = process.getBuiltinModule("node:sqlite").DatabaseSync;
    return constructor;
  } finally {
    process.emitWarning = emitWarning;
  }
}
