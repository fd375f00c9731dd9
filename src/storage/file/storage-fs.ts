import fs from "node:fs";
import { dirname } from "node:path";

/**
 * The file-system calls that writes go through: the seam where tests inject a full disk, an EIO
 * from fsync or a read-only folder. Everything else reads through `node:fs` itself.
 */
export type StorageFs = Pick<
  typeof fs,
  | "openSync"
  | "closeSync"
  | "writeSync"
  | "writev"
  | "fsync"
  | "fsyncSync"
  | "fdatasync"
  | "ftruncateSync"
  | "renameSync"
  | "mkdirSync"
  | "rmSync"
>;

export const nodeFs: StorageFs = fs;

/** Writes all bytes at the offset. @throws the system's error, ENOSPC where the disk takes none */
export function writeWhole(fd: number, bytes: Uint8Array, offset: number, io: StorageFs = nodeFs): void {
  for (let done = 0; done < bytes.length;) {
    const written = io.writeSync(fd, bytes, done, bytes.length - done, offset + done);
    if (written === 0) throw tookNothing();
    done += written;
  }
}

export function tookNothing(): Error {
  return Object.assign(new Error("the disk took no bytes"), { code: "ENOSPC" });
}

/** Makes a folder's entries durable: what was created, renamed or removed in it. */
export function fsyncFolder(path: string, io: StorageFs = nodeFs): void {
  const fd = io.openSync(path, "r");
  try {
    io.fsyncSync(fd);
  } finally {
    io.closeSync(fd);
  }
}

/** As {@link fsyncFolder} and for files, off the event loop. */
export async function fsyncPath(path: string, io: StorageFs = nodeFs): Promise<void> {
  const fd = io.openSync(path, "r");
  try {
    await fsyncFd(fd, io);
  } finally {
    io.closeSync(fd);
  }
}

export function fsyncFd(fd: number, io: StorageFs = nodeFs): Promise<void> {
  return new Promise((resolve, reject) => {
    io.fsync(fd, (error) => (error ? reject(error) : resolve()));
  });
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

export function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

/**
 * Makes a folder and those above it that are missing. Node's own recursive mkdir never ends where
 * the file system answers ENOENT for a folder whose parent is there, as /proc does.
 */
export function makeFolder(path: string): void {
  if (fs.existsSync(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    fs.mkdirSync(path);
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  }
}
