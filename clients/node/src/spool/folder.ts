import { chmodSync, closeSync, lstatSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import type { Owner } from "./owner.js";

const nameShape = /^(\d{1,10})-(\d{1,20})-(\d{6,15})\.jsonl$/;

/**
 * The folder of one session's spool files, made where it is not there.
 *
 * @throws Error that says why nothing may be written there
 */
export function openSessionFolder(root: string, sessionId: string): string {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  checkFolder(root);
  const folder = join(root, sessionId);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  checkFolder(folder);
  return folder;
}

function checkFolder(folder: string): void {
  const stats = lstatSync(folder);
  if (!stats.isDirectory()) throw new Error(`${folder} is not a folder of its own`);
  const uid = process.getuid?.();
  if (uid === undefined) return;
  if (stats.uid !== uid) throw new Error(`${folder} belongs to another user`);
  if ((stats.mode & 0o022) !== 0) chmodSync(folder, 0o700);
}

export interface SpoolName extends Owner {
  n: number;
}

export function parseName(name: string): SpoolName | undefined {
  const [, pid, start, n] = nameShape.exec(name) ?? [];
  return pid === undefined || start === undefined ? undefined : { pid: Number(pid), start, n: Number(n) };
}

export interface TakenName {
  path: string;
  fd: number;
  n: number;
}

/** Makes an empty file under the owner's lowest free number from `n` up, and opens it to append. */
export function takeName(folder: string, owner: Owner, n: number): TakenName {
  for (let number = n; ; number++) {
    const path = join(folder, `${owner.pid}-${owner.start}-${String(number).padStart(6, "0")}.jsonl`);
    try {
      return { path, fd: openSync(path, "ax", 0o600), n: number };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** As {@link takeName}, for a file that is going to be renamed onto it. */
export function reserveName(folder: string, owner: Owner, n: number): { path: string; n: number } {
  const { path, fd, n: number } = takeName(folder, owner, n);
  closeSync(fd);
  return { path, n: number };
}
