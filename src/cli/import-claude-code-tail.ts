import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { isJsonObject, type JsonObject } from "../core/json.js";

/** A line of a file: its value, or why it has none. */
export type ReadLine = { value: unknown; bytes: number } | { problem: string; bytes: number };

const chunkBytes = 256 * 1024;
/** A line that is longer is left out, and said so. */
const longestLine = 64 * 1024 * 1024;
const newline = 0x0a;

/**
 * Reads a file of JSON lines that others append to, from where it left off. A last line without its end
 * is taken once it is whole. Holds the file open only while it reads.
 */
export class TailReader {
  readonly path: string;
  /** How far the file is read. */
  offset = 0;
  private line = 0;
  private inode = 0;
  /** The length of a line so far that is too long to be read. */
  private skipping = 0;
  private readonly limit: number;

  constructor(path: string, limit = longestLine) {
    this.path = path;
    this.limit = limit;
  }

  /**
   * The next lines; none at the end. `replaced`: the file is another one by now, or shorter than what was
   * read of it, and must be read anew.
   */
  read(): { lines: ReadLine[]; replaced: boolean } {
    const file = openSync(this.path, "r");
    try {
      const { size, ino } = fstatSync(file);
      if (this.inode === 0) this.inode = ino;
      if (size < this.offset || ino !== this.inode) return { lines: [], replaced: true };
      return { lines: this.linesIn(file, size), replaced: false };
    } finally {
      closeSync(file);
    }
  }

  private linesIn(file: number, size: number): ReadLine[] {
    for (let length = chunkBytes; ; length *= 4) {
      const wanted = Math.min(length, size - this.offset);
      if (wanted <= 0) return [];
      const bytes = readBytes(file, this.offset, wanted);
      const end = bytes.lastIndexOf(newline);
      if (end !== -1) return this.split(bytes.subarray(0, end + 1));
      const isAll = this.offset + bytes.length >= size || bytes.length < wanted;
      if (this.skipping === 0 && isAll) return this.unended(bytes);
      if (this.skipping > 0 || length > this.limit) {
        this.skipping += bytes.length;
        this.offset += bytes.length;
        if (isAll) return [];
        length = chunkBytes / 4;
      }
    }
  }

  private split(bytes: Buffer): ReadLine[] {
    const lines: ReadLine[] = [];
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(newline, start);
      lines.push(...this.parse(bytes.subarray(start, end), end + 1 - start));
      start = end + 1;
    }
    return lines;
  }

  /** A last line without a newline is whole where it is JSON: no beginning of an object is. */
  private unended(bytes: Buffer): ReadLine[] {
    return isWhole(bytes) ? this.parse(bytes, bytes.length) : [];
  }

  private parse(bytes: Buffer, length: number): ReadLine[] {
    this.offset += length;
    this.line += 1;
    const skipped = this.skipping;
    this.skipping = 0;
    const tooLong = skipped + bytes.length > this.limit ? skipped + bytes.length : 0;
    if (tooLong > 0 || skipped > 0) {
      return [
        {
          problem: `${this.path}:${this.line}: the line of ${skipped + bytes.length} bytes is too long, and was left out`,
          bytes: length,
        },
      ];
    }
    const text = bytes.toString().trim();
    if (text === "") return [];
    try {
      return [{ value: JSON.parse(text) as unknown, bytes: length }];
    } catch {
      return [{ problem: `${this.path}:${this.line}: the line is not JSON, and was left out`, bytes: length }];
    }
  }
}

function isWhole(bytes: Buffer): boolean {
  if (bytes.length > longestLine || bytes.at(-1) !== 0x7d) return false;
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}

function readBytes(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let read = 0;
  while (read < length) {
    const count = readSync(file, bytes, read, length - read, at + read);
    if (count === 0) break;
    read += count;
  }
  return bytes.subarray(0, read);
}

/** What the first lines of a file say; undefined where none of them says it, or the file cannot be read. */
export function readHead<T>(path: string, find: (line: JsonObject) => T | undefined): T | undefined {
  try {
    for (const line of new TailReader(path).read().lines) {
      const found = "value" in line && isJsonObject(line.value) ? find(line.value) : undefined;
      if (found !== undefined) return found;
    }
  } catch {
    // Whoever reads all of it reports that.
  }
  return undefined;
}

/** All values of a file's lines. */
export function* valuesOf(path: string): Generator<JsonObject> {
  const reader = new TailReader(path);
  for (let { lines } = reader.read(); lines.length > 0; { lines } = reader.read()) {
    for (const line of lines) if ("value" in line && isJsonObject(line.value)) yield line.value;
  }
}
