import fs from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { AppError } from "../../core/errors.js";
import { parseLine } from "../line.js";
import { errorCode } from "./storage-fs.js";

export interface Lock {
  release(): void;
}

export interface LockHolder {
  pid: number;
  /** RFC 3339. */
  started: string;
}

/*
 * The kernel's own file lock, taken through SQLite since Node has no call for it: it goes with the
 * process, however that ends, and holds across containers that share the folder, where a pid means
 * nothing. Beside it, `lock.json` tells a person who holds it.
 */

/** @throws AppError `storage_locked` where another process has it, `storage_unavailable` where it cannot be made */
export function takeLock(path: string, started: string): Lock {
  const database = openLockFile(path);
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    throw lockError(path, error);
  }
  fs.writeFileSync(`${path}.json`, `${JSON.stringify({ pid: process.pid, started })}\n`);
  return {
    release() {
      fs.rmSync(`${path}.json`, { force: true });
      database.close();
    },
  };
}

function openLockFile(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path);
  } catch (error) {
    throw new AppError(
      "storage_unavailable",
      `The storage folder cannot be written (no lock file can be made in it). Check its permissions, or choose another with --storage.`,
      { cause: error },
    );
  }
}

function lockError(path: string, error: unknown): AppError {
  if (!isBusy(error)) {
    return new AppError(
      "storage_unavailable",
      "The storage folder cannot be written (its lock file refuses). Check its permissions, or choose another with --storage.",
      { cause: error },
    );
  }
  const holder = readHolder(path);
  const who = holder ? `process ${holder.pid} (started ${holder.started})` : "another process";
  return new AppError(
    "storage_locked",
    `This storage folder is in use by ${who}. Stop it, or choose another folder with --storage.`,
    { cause: error },
  );
}

function isBusy(error: unknown): boolean {
  const sqlite = error as { errcode?: number } | undefined;
  return errorCode(error) === "ERR_SQLITE_ERROR" && (sqlite?.errcode === 5 || sqlite?.errcode === 6);
}

function readHolder(path: string): LockHolder | undefined {
  try {
    const holder = parseLine(fs.readFileSync(`${path}.json`, "utf8"));
    if (typeof holder?.["pid"] !== "number") return undefined;
    return { pid: holder["pid"], started: String(holder["started"]) };
  } catch {
    return undefined;
  }
}

/** Who holds the lock now; undefined where nobody does. */
export function lockHolder(path: string): LockHolder | undefined {
  if (!fs.existsSync(path)) return undefined;
  const database = new DatabaseSync(path);
  try {
    database.exec("BEGIN EXCLUSIVE");
    return undefined;
  } catch (error) {
    return isBusy(error) ? (readHolder(path) ?? { pid: 0, started: "" }) : undefined;
  } finally {
    database.close();
  }
}
