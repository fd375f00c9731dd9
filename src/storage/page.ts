import type { Stream } from "../core/event.js";
import { borrow, giveBack } from "./buffer-pool.js";
import type { Page } from "./session-store.js";

/** A line of one of a session's streams, without its newline. */
export interface StoredLine {
  stream: Stream;
  seq: number;
  text: string;
}

interface Range {
  after?: number;
  before?: number;
  limit: number;
}

/** The lines of a page out of lines in ascending order: the oldest `limit` behind `after`, else the newest. */
export function selectLines(
  lines: readonly StoredLine[],
  { after, before, limit }: Range,
): { lines: StoredLine[]; more: boolean } {
  const inRange = lines.filter(({ seq }) => seq > (after ?? 0) && (before === undefined || seq < before));
  if (inRange.length <= limit) return { lines: inRange, more: false };
  return { lines: after === undefined ? inRange.slice(inRange.length - limit) : inRange.slice(0, limit), more: true };
}

/** A page of these texts, one a line; `lines` says which seqs they are. */
export function pageOf(texts: readonly string[], lines: readonly StoredLine[], more: boolean): Page {
  return {
    lines: Buffer.from(texts.length === 0 ? "" : `${texts.join("\n")}\n`),
    count: lines.length,
    first: lines[0]?.seq ?? 0,
    last: lines.at(-1)?.seq ?? 0,
    more,
  };
}

/** A page's lines as the text of a JSON array; the stored bytes are copied, not parsed. The page is used up. */
export function pageToJsonArray({ lines, count }: Page): Buffer {
  if (count === 0) return Buffer.from("[]");
  const array = borrow(lines.length + 1).subarray(0, lines.length + 1);
  array[0] = 0x5b;
  array.set(lines, 1);
  for (let at = array.indexOf(0x0a); at !== -1; at = array.indexOf(0x0a, at + 1)) array[at] = 0x2c;
  array[lines.length] = 0x5d;
  giveBack(lines);
  return array;
}

/** A page's lines, parsed. */
export function parsePage<T>({ lines }: Page): T[] {
  const text = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength).toString().trimEnd();
  return text === "" ? [] : text.split("\n").map((line) => JSON.parse(line) as T);
}
