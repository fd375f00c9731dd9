import fs from "node:fs";
import { isMissing, type StorageFs } from "./storage-fs.js";

/**
 * Cuts a session file to `size` bytes, and keeps what stood behind in a file beside (`….torn`).
 * Returns how many bytes that were; 0 where the file is not longer, or there is none.
 */
export function setAside(path: string, size: number, io: StorageFs): number {
  let bytes: Buffer;
  try {
    if (fs.statSync(path).size <= size) return 0;
    bytes = fs.readFileSync(path).subarray(size);
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
  fs.appendFileSync(`${path}.torn`, Buffer.concat([bytes, Buffer.from("\n")]), { flush: true });
  const fd = io.openSync(path, "r+");
  try {
    io.ftruncateSync(fd, size);
  } finally {
    io.closeSync(fd);
  }
  return bytes.length;
}
