import fs from "node:fs";
import { writeWhole, type StorageFs } from "./storage-fs.js";

interface Pooled {
  fd: number;
  inode: number;
}

/** A file is not as this process left it: somebody replaced, removed, cut or lengthened it. */
export class ChangedFileError extends Error {
  override name = "ChangedFileError";
}

/** Files that are written to, kept open; the longest unused is closed where there are too many. */
export class FilePool {
  private readonly open = new Map<string, Pooled>();
  private readonly io: StorageFs;
  private readonly capacity: number;

  constructor(io: StorageFs, capacity: number) {
    this.io = io;
    this.capacity = capacity;
  }

  /** Opens the file, making it where it is missing. @throws the system's error, before anything is written */
  acquire(path: string): number {
    const known = this.open.get(path);
    if (known) {
      this.open.delete(path);
      this.open.set(path, known);
      return known.fd;
    }
    const fd = this.io.openSync(path, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o644);
    this.open.set(path, { fd, inode: fs.fstatSync(fd).ino });
    if (this.open.size > this.capacity) this.release(this.open.keys().next().value!);
    return fd;
  }

  /** Writes all bytes at the offset. */
  write(path: string, bytes: Uint8Array, offset: number): void {
    writeWhole(this.acquire(path), bytes, offset, this.io);
  }

  /** Writes all bytes behind the last. @throws ChangedFileError where the file does not end at `offset`, or is no longer at its path */
  append(path: string, bytes: Uint8Array, offset: number): void {
    const fd = this.acquire(path);
    const { size, nlink } = fs.fstatSync(fd);
    if (size !== offset || nlink === 0) throw new ChangedFileError(`${path} was changed from outside`);
    writeWhole(fd, bytes, offset, this.io);
  }

  /** The inode that writes go to, where the file is open: another one at its path means that it was replaced. */
  inodeOf(path: string): number | undefined {
    return this.open.get(path)?.inode;
  }

  release(path: string): void {
    const known = this.open.get(path);
    if (!known) return;
    this.open.delete(path);
    this.io.closeSync(known.fd);
  }

  close(): void {
    for (const path of this.open.keys()) this.release(path);
  }
}
