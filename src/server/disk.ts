import { statfs } from "node:fs/promises";

/** Bytes of the disk that a folder lies on: what may still be written, and all. */
export interface Disk {
  free: number;
  size: number;
}

/** Null where there is no folder, or the system does not tell. */
export async function diskOf(path: string | null): Promise<Disk | null> {
  if (path === null) return null;
  try {
    const { bavail, blocks, bsize } = await statfs(path);
    return { free: bavail * bsize, size: blocks * bsize };
  } catch {
    return null;
  }
}
