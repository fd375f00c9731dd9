import fs from "node:fs";
import { borrow, giveBack } from "../buffer-pool.js";
import { isMissing } from "./storage-fs.js";

/*
 * Reading files whose lines ascend by a number near their start. A place is found by bisection on
 * byte offsets, so a page of a file of a million lines costs what a page of a thousand costs, and
 * there is no index to keep. Reads are synchronous: they hit the page cache and are bounded.
 */

const newline = 0x0a;
const probeBytes = 2048;
const probe = Buffer.allocUnsafeSlow(probeBytes);
/** A line's key is tried on so many bytes of it before the whole line is read. */
const headBytes = 64;
/** So much is gone through line by line. */
const linearBytes = 8 * 1024;

/** The number that a line is ordered by; 0 where the line has none. */
export type KeyOf = (line: string) => number;

export interface OpenFile {
  fd: number;
  /** Bytes that count: whole lines that are known to be durable. */
  size: number;
}

/** Opens for reading; undefined where there is no such file. `size` defaults to all of it. */
export function openForReading(path: string, size?: number): OpenFile | undefined {
  try {
    const fd = fs.openSync(path, "r");
    const actual = fs.fstatSync(fd).size;
    return { fd, size: Math.min(size ?? actual, actual) };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Runs `use` on the opened file and closes it; `otherwise` where there is none. */
export function withFile<T>(path: string, size: number | undefined, otherwise: T, use: (file: OpenFile) => T): T {
  const file = openForReading(path, size);
  if (!file) return otherwise;
  try {
    return use(file);
  } finally {
    fs.closeSync(file.fd);
  }
}

export function readRange(file: OpenFile, start: number, end: number): Buffer {
  const bytes = Math.max(0, end - start);
  const buffer = borrow(bytes);
  return buffer.subarray(0, fill(file, buffer, 0, bytes, start));
}

/** Offset of the first line whose key is above `key`; the size where there is none. */
export function offsetAfter(file: OpenFile, key: number, keyOf: KeyOf): number {
  let low = 0;
  let high = file.size;
  while (high - low > linearBytes) {
    const middle = Math.floor((low + high) / 2);
    const line = nextLine(file, middle, high, keyOf);
    if (!line) high = middle;
    else if (line.key <= key) low = line.start;
    else high = line.start;
  }
  return scanForKey(file, low, key, keyOf);
}

interface PlacedKey {
  start: number;
  key: number;
}

/** The line that starts behind `offset`; undefined where none starts before `limit`. */
function nextLine(file: OpenFile, offset: number, limit: number, keyOf: KeyOf): PlacedKey | undefined {
  const filled = fill(file, probe, 0, Math.min(probeBytes, file.size - offset), offset);
  const found = probe.subarray(0, filled).indexOf(newline);
  const start = found === -1 ? nextLineStart(file, offset + filled, limit) : offset + found + 1;
  if (start >= limit) return undefined;
  const inProbe = found !== -1 && filled - (found + 1) >= headBytes;
  return { start, key: inProbe ? keyInBytes(file, probe, found + 1, start, keyOf) : keyAt(file, start, keyOf) };
}

/** Goes through the lines from `start` on, a piece of the file at a time. */
function scanForKey(file: OpenFile, start: number, key: number, keyOf: KeyOf): number {
  let offset = start;
  while (offset < file.size) {
    const piece = readRange(file, offset, Math.min(file.size, offset + linearBytes + probeBytes));
    let at = 0;
    for (let end = piece.indexOf(newline, at); end !== -1; end = piece.indexOf(newline, at)) {
      if (keyInBytes(file, piece, at, offset + at, keyOf) > key) return offset + at;
      at = end + 1;
    }
    if (at === 0) {
      if (keyAt(file, offset, keyOf) > key) return offset;
      at = nextLineStart(file, offset, file.size) - offset;
    }
    offset += at;
  }
  return file.size;
}

/** Where the line that follows `offset` starts; `limit` where none starts before it. */
function nextLineStart(file: OpenFile, offset: number, limit: number): number {
  for (let at = offset; at < limit; at += probeBytes) {
    const chunk = readRange(file, at, Math.min(at + probeBytes, limit));
    const found = chunk.indexOf(newline);
    if (found !== -1) return at + found + 1;
  }
  return limit;
}

/** The key of the line at `at` of these bytes, which stand at `start` of the file. */
function keyInBytes(file: OpenFile, bytes: Buffer, at: number, start: number, keyOf: KeyOf): number {
  return keyOf(bytes.toString("latin1", at, at + headBytes)) || keyAt(file, start, keyOf);
}

function keyAt(file: OpenFile, start: number, keyOf: KeyOf): number {
  const head = readRange(file, start, Math.min(start + headBytes, file.size)).toString("latin1");
  const key = keyOf(head);
  if (key > 0) return key;
  const end = nextLineStart(file, start, file.size);
  return keyOf(readRange(file, start, end).toString("utf8").trimEnd());
}

/** Whole lines as one run of bytes, from `start` on: at most `limit` lines and, from the second on, `maxBytes`. */
export function linesForward(file: OpenFile, start: number, limit: number, maxBytes: number): LineRun {
  let wanted = firstGuess(limit, maxBytes);
  for (;;) {
    const bytes = readRange(file, start, Math.min(file.size, start + wanted));
    const run = takeForward(bytes, limit);
    // Fewer bytes than were asked for: the end, also where the file has been cut since it was opened.
    const atEnd = bytes.length < wanted || start + bytes.length >= file.size;
    if (run.count === limit || atEnd || (bytes.length >= maxBytes && run.count > 0)) {
      return { ...run, start, end: start + run.bytes.length };
    }
    giveBack(bytes);
    wanted = nextGuess(wanted, limit, maxBytes, run);
  }
}

/** Memory that reads use over and over; it grows to what they need. */
export interface Memory {
  buffer: Buffer;
}

interface Stop {
  /** Bytes to begin with, and to add while the lines do not suffice. */
  wanted: number;
  /** From the second line on, no more bytes than this. */
  most: number;
  hasAll(lines: Buffer): boolean;
  memory: Memory;
}

/** Whole lines from `start` on, until `hasAll` of them, in `memory`; `atEnd` where no line follows them. */
export function linesBehind(file: OpenFile, start: number, stop: Stop): { bytes: Buffer; atEnd: boolean } {
  const { most, hasAll, memory } = stop;
  const left = Math.max(0, file.size - start);
  let wanted = Math.min(Math.max(stop.wanted, linearBytes), most, left);
  for (let filled = 0; ; wanted = Math.min(wanted * 2, left)) {
    reserve(memory, filled, wanted);
    const read = fill(file, memory.buffer, filled, wanted, start);
    const bytes = memory.buffer.subarray(0, memory.buffer.subarray(0, read).lastIndexOf(newline) + 1);
    // Fewer bytes than were asked for: the file has been cut since it was opened.
    const atEnd = read < wanted || read === left;
    if (atEnd || (bytes.length > 0 && (read >= most || hasAll(bytes)))) return { bytes, atEnd };
    filled = read;
  }
}

function reserve(memory: Memory, filled: number, wanted: number): void {
  if (memory.buffer.length >= wanted) return;
  const larger = Buffer.allocUnsafeSlow(wanted);
  memory.buffer.copy(larger, 0, 0, filled);
  memory.buffer = larger;
}

/** Reads `start + from` … `start + to` into the buffer at `from`; returns where it got to. */
function fill({ fd }: OpenFile, buffer: Buffer, from: number, to: number, start: number): number {
  let filled = from;
  while (filled < to) {
    const read = fs.readSync(fd, buffer, filled, to - filled, start + filled);
    if (read === 0) break;
    filled += read;
  }
  return filled;
}

interface Lines {
  bytes: Buffer;
  count: number;
}

export interface LineRun extends Lines {
  start: number;
  end: number;
}

function takeForward(bytes: Buffer, limit: number): Lines {
  let count = 0;
  let end = 0;
  while (count < limit) {
    const found = bytes.indexOf(newline, end);
    if (found === -1) break;
    end = found + 1;
    count += 1;
  }
  return { bytes: bytes.subarray(0, end), count };
}

/** Whole lines as one run of bytes that ends at offset `end`; the last ones, within the same limits. */
export function linesBackward(file: OpenFile, end: number, limit: number, maxBytes: number): LineRun {
  let wanted = firstGuess(limit, maxBytes);
  for (;;) {
    const start = Math.max(0, end - wanted);
    const bytes = readRange(file, start, end);
    const run = takeBackward(bytes, limit, start === 0);
    if (run.count === limit || start === 0 || (bytes.length >= maxBytes && run.count > 0)) {
      return { ...run, start: end - run.bytes.length, end };
    }
    giveBack(bytes);
    wanted = nextGuess(wanted, limit, maxBytes, run);
  }
}

/** Bytes to read for so many lines, before anything is known of their length. */
function firstGuess(limit: number, maxBytes: number): number {
  return Math.min(maxBytes, Math.max(8 * 1024, limit * 768));
}

/** As long as the lines were that the last guess brought, and a bit; at least twice as much, for a first line at any price. */
function nextGuess(wanted: number, limit: number, maxBytes: number, { bytes, count }: Lines): number {
  if (count === 0) return wanted * 2;
  return Math.min(maxBytes, Math.max(wanted * 2, Math.ceil((bytes.length / count) * limit * 1.1)));
}

function takeBackward(bytes: Buffer, limit: number, fromFileStart: boolean): Lines {
  let count = 0;
  let start = bytes.length;
  while (count < limit && start > 0) {
    const found = start < 2 ? -1 : bytes.lastIndexOf(newline, start - 2);
    if (found === -1 && !fromFileStart) break;
    start = found + 1;
    count += 1;
  }
  return { bytes: bytes.subarray(start), count };
}

/** The text of each line, without newlines. */
export function splitLines(bytes: Buffer): string[] {
  if (bytes.length === 0) return [];
  const text = bytes.toString("utf8");
  return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
}

/** Size of the file up to and with its last newline, and what stands behind it: a torn line. */
export function wholeSize(file: OpenFile): { size: number; torn: number } {
  let end = file.size;
  while (end > 0) {
    const start = Math.max(0, end - 64 * 1024);
    const found = readRange(file, start, end).lastIndexOf(newline);
    if (found !== -1) return { size: start + found + 1, torn: file.size - (start + found + 1) };
    end = start;
  }
  return { size: 0, torn: file.size };
}
