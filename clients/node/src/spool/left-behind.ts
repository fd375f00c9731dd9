import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import { parseName, type SpoolName } from "./folder.js";
import { parseHead, parseSpool, type Dropped, type SpooledEvent } from "./lines.js";
import { lives } from "./owner.js";
import { SpoolFile, type Place } from "./spool-file.js";

/** A file that was taken over and is yet to be read. */
export interface LeftFile {
  path: string;
}

interface Found extends SpoolName {
  path: string;
  changedMs: number;
}

/** A head is shorter than this. */
const headBytes = 1024;

/** The files of dead owners: owners by their latest sign of life, an owner's files by number. */
export function findLeftBehind(folder: string, sessionId: string, now: number): LeftFile[] {
  const dead = readdirSync(folder)
    .flatMap((name) => look(folder, name))
    .filter((file) => isTakeable(file, sessionId, now));
  const latest = new Map<string, number>();
  for (const file of dead) latest.set(ownerOf(file), Math.max(latest.get(ownerOf(file)) ?? 0, file.changedMs));
  return dead.sort(
    (a, b) => latest.get(ownerOf(a))! - latest.get(ownerOf(b))! || ownerOf(a).localeCompare(ownerOf(b)) || a.n - b.n,
  );
}

function ownerOf({ pid, start }: SpoolName): string {
  return `${pid}-${start}`;
}

function look(folder: string, name: string): Found[] {
  const parsed = parseName(name);
  if (parsed === undefined) return [];
  const path = join(folder, name);
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() ? [{ ...parsed, path, changedMs: stats.mtimeMs }] : [];
}

function isTakeable({ path, changedMs, ...owner }: Found, sessionId: string, now: number): boolean {
  const head = parseHead(firstBytes(path));
  if (head && (head.spool !== 1 || head.session !== sessionId)) return false;
  return !lives(owner, head?.space, changedMs, now);
}

function firstBytes(path: string): string {
  const buffer = Buffer.alloc(headBytes);
  try {
    const fd = openSync(path, "r");
    try {
      return buffer.toString("utf8", 0, readSync(fd, buffer, 0, headBytes, 0));
    } finally {
      closeSync(fd);
    }
  } catch {
    return "";
  }
}

export interface LeftEvents {
  file: SpoolFile;
  events: (SpooledEvent & { place: Place })[];
  dropped: Dropped | undefined;
}

/** What a file that was taken over still has to send; undefined where it cannot be read. */
export async function readLeftFile({ path }: LeftFile): Promise<LeftEvents | undefined> {
  try {
    const text = await wholeLines(path);
    const { events, done, dropped } = parseSpool(text);
    const file = new SpoolFile(path, undefined, { size: Buffer.byteLength(text), events: events.length, done });
    const left = events.slice(done).map((event, i) => ({ ...event, place: { file, index: done + i + 1 } }));
    return { file, events: left, dropped };
  } catch {
    return undefined;
  }
}

/** The file's text, and the file itself, without what an interrupted write left at its end. */
async function wholeLines(path: string): Promise<string> {
  const bytes = await readFile(path);
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (end < bytes.length) await truncate(path, end);
  return bytes.toString("utf8", 0, end);
}
