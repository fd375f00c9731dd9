import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { AppError } from "../../core/errors.js";

/** How a settings file is made to speak to the server, and back. Both leave all else as it is. */
export interface Edits {
  /** The same text where everything is there already. @throws AppError `usage` */
  add(text: string): string;
  remove(text: string): string;
  /** Where a setting of the person's own stands in the way of telemetry, which is then left out. */
  taken?(text: string): string | undefined;
  /** Whether nothing is left that a person would miss. */
  isEmpty(text: string): boolean;
}

export interface SettingsFile {
  path: string;
  edits: Edits;
  /** Mode of a new file; default 0600. */
  mode?: number;
}

/** What was or would be done to a file. */
export interface FileChange {
  path: string;
  action: "unchanged" | "created" | "changed" | "restored" | "deleted";
  /** What it held before; undefined where it was not there. */
  before: string | undefined;
  /** What it holds now; undefined where it is gone. */
  after: string | undefined;
  backup?: string;
  /** A setting of the person's own that stands in the way of telemetry. */
  taken?: string;
}

/**
 * Puts ours into the file, following symbolic links and keeping its mode. What it held is kept beside it,
 * under a name with the checksum of what was written: so it is known whether anything changed since.
 */
export function connectFile({ path, edits, mode = 0o600 }: SettingsFile, write: boolean): FileChange {
  const real = realPath(path);
  const before = readText(real);
  const after = edits.add(before ?? "");
  const taken = edits.taken?.(after);
  if (after === before) return { path, action: "unchanged", before, after, taken };
  const earlier = before === undefined ? undefined : backupOf(real, before);
  const original = before === undefined ? undefined : originalOf(before, earlier, edits);
  const backup = original === undefined ? undefined : backupName(real, after);
  if (write) {
    mkdirSync(dirname(real), { recursive: true, mode: mode === 0o600 ? 0o700 : 0o755 });
    if (backup !== undefined) writeWhole(backup, original!, modeOf(real, mode));
    writeWhole(real, after, modeOf(real, mode));
    removeEarlier(earlier, backup);
  }
  return { path, action: before === undefined ? "created" : "changed", before, after, backup, taken };
}

function removeEarlier(earlier: string | undefined, backup: string | undefined): void {
  if (earlier !== undefined && earlier !== backup) rmSync(earlier);
}

/** The text without anything of ours; undefined where nothing would be left of it. */
function originalOf(text: string, backup: string | undefined, edits: Edits): string | undefined {
  if (backup !== undefined) return readFileSync(backup, "utf8");
  const bare = edits.remove(text);
  return bare === text || !edits.isEmpty(bare) ? bare : undefined;
}

/** Takes ours out of the file; where nothing else changed since, it is to the byte what it was before. */
export function disconnectFile({ path, edits, mode = 0o600 }: SettingsFile, write: boolean): FileChange {
  const real = realPath(path);
  const before = readText(real);
  if (before === undefined) return { path, action: "unchanged", before, after: before };
  const backup = backupOf(real, before);
  if (backup !== undefined) {
    const after = readFileSync(backup, "utf8");
    if (write) {
      writeWhole(real, after, modeOf(real, mode));
      rmSync(backup);
    }
    return { path, action: "restored", before, after, backup };
  }
  const after = edits.remove(before);
  if (after === before) return { path, action: "unchanged", before, after };
  if (edits.isEmpty(after)) {
    if (write) rmSync(real);
    return { path, action: "deleted", before, after: undefined };
  }
  if (write) writeWhole(real, after, modeOf(real, mode));
  return { path, action: "changed", before, after };
}

/** Where a link leads, also to what is not there yet. */
function realPath(path: string, depth = 0): string {
  let target: string;
  try {
    target = readlinkSync(path);
  } catch {
    return path;
  }
  if (depth > 20) throw new AppError("usage", `${path} is a link that leads back to itself.`);
  return realPath(resolve(dirname(path), target), depth + 1);
}

export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

const backupEnd = ".before-claude-sessions";

function backupName(path: string, written: string): string {
  return `${path}.${createHash("sha256").update(written).digest("hex").slice(0, 12)}${backupEnd}`;
}

/** The backup of what stood there before `text` was written; undefined where something else wrote since. */
function backupOf(path: string, text: string): string | undefined {
  const name = backupName(path, text);
  return statSync(name, { throwIfNoEntry: false })?.isFile() ? name : undefined;
}

function modeOf(path: string, otherwise: number): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? otherwise : stats.mode & 0o7777;
}

/** Whoever reads the file finds the old text or the new one, also after a power cut. */
export function writeWhole(path: string, text: string, mode: number): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text, { mode });
    chmodSync(temporary, mode);
    const file = openSync(temporary, "r");
    fsyncSync(file);
    closeSync(file);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
