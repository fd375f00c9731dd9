import { crc32 } from "node:zlib";
import { streams, type Stream } from "../../core/event.js";
import { parseLine } from "../line.js";

/*
 * A journal segment is a row of groups, one for each fsync:
 *
 *   u32 magic · u32 payload bytes · u32 crc32 of number and payload · u32 group number   (big endian)
 *   payload: entries, each a line of JSON and behind it the bytes that the line announces
 *
 * Group numbers go up by one, so a group that was half written, or left over, is told from the next.
 */

const magic = 0xc5e55107;
const magicBytes = Buffer.from([0xc5, 0xe5, 0x51, 0x07]);
const groupHeaderBytes = 16;

/** What one commit group holds of one session: bytes and where in its files they belong. */
export interface JournalEntry {
  sessionId: string;
  /** Place of the first event in the log of all sessions. */
  position: number;
  first: number;
  last: number;
  parts: JournalPart[];
}

export interface JournalPart {
  stream: Stream;
  /** The file that they go to; empty in a record that was read back. */
  path: string;
  offset: number;
  bytes: Buffer;
}

export interface JournalDeletion {
  sessionId: string;
  position: number;
  deletedAt: string;
}

export type JournalRecord = JournalEntry | JournalDeletion;

export function isDeletion(record: JournalRecord): record is JournalDeletion {
  return "deletedAt" in record;
}

/** The line that goes before an entry's bytes. */
export function entryHeader({ sessionId, position, first, last, parts }: JournalEntry): string {
  const places = parts.map(({ stream, offset, bytes }) => `["${stream}",${offset},${bytes.length}]`);
  return `{"session":"${sessionId}","position":${position},"first":${first},"last":${last},"parts":[${places.join(",")}]}\n`;
}

export function deletionHeader({ sessionId, position, deletedAt }: JournalDeletion): string {
  return `{"session":"${sessionId}","position":${position},"deletedAt":"${deletedAt}"}\n`;
}

export function groupHeader(number: number, payload: readonly Buffer[]): Buffer {
  const header = Buffer.allocUnsafe(groupHeaderBytes);
  header.writeUInt32BE(magic, 0);
  header.writeUInt32BE(
    payload.reduce((sum, { length }) => sum + length, 0),
    4,
  );
  header.writeUInt32BE(number >>> 0, 12);
  header.writeUInt32BE(checksum(header, payload), 8);
  return header;
}

function checksum(header: Buffer, payload: readonly Buffer[]): number {
  return payload.reduce((crc, part) => crc32(part, crc), crc32(header.subarray(12, 16)));
}

export interface ScannedGroup {
  number: number;
  records: JournalRecord[];
  /** Offset behind the group. */
  end: number;
}

/** The whole groups of a segment in order; ends before the first one that is torn or damaged. */
export function* scanSegment(segment: Buffer): Generator<ScannedGroup> {
  let offset = 0;
  let expected: number | undefined;
  while (offset + groupHeaderBytes <= segment.length) {
    const header = segment.subarray(offset, offset + groupHeaderBytes);
    const number = header.readUInt32BE(12);
    const end = offset + groupHeaderBytes + header.readUInt32BE(4);
    if (header.readUInt32BE(0) !== magic || end > segment.length) return;
    if (expected !== undefined && number !== expected) return;
    const payload = segment.subarray(offset + groupHeaderBytes, end);
    if (checksum(header, [payload]) !== header.readUInt32BE(8)) return;
    const records = parsePayload(payload);
    if (!records) return;
    yield { number, records, end };
    expected = (number + 1) >>> 0;
    offset = end;
  }
}

/** What stands behind a segment's last whole group, without the blanks that are written ahead. */
export function restOf(segment: Buffer, end: number): Buffer {
  let last = segment.length;
  while (last - blanks.length >= end && segment.compare(blanks, 0, blanks.length, last - blanks.length, last) === 0) {
    last -= blanks.length;
  }
  while (last > end && segment[last - 1] === 0) last -= 1;
  return segment.subarray(end, last);
}

const blanks = Buffer.alloc(64 * 1024);

/**
 * Whether the rest is what a crash leaves of the one group that was being written: a part of it.
 * A payload holds no zero byte, so one that does, or that ends early, was never whole; and nothing
 * is written behind a group before that is whole.
 */
export function tornTail(rest: Buffer): boolean {
  if (holdsGroup(rest)) return false;
  if (rest.length < groupHeaderBytes || rest.readUInt32BE(0) === 0) return true;
  if (rest.readUInt32BE(0) !== magic) return false;
  const end = groupHeaderBytes + rest.readUInt32BE(4);
  return end > rest.length || rest.subarray(groupHeaderBytes, end).includes(0);
}

/** Whether a whole group stands anywhere in these bytes. */
function holdsGroup(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(magicBytes); at !== -1; at = bytes.indexOf(magicBytes, at + 1)) {
    if (!scanSegment(bytes.subarray(at)).next().done) return true;
  }
  return false;
}

function parsePayload(payload: Buffer): JournalRecord[] | undefined {
  const records: JournalRecord[] = [];
  let offset = 0;
  while (offset < payload.length) {
    const newline = payload.indexOf(0x0a, offset);
    const header = newline === -1 ? undefined : parseLine(payload.toString("utf8", offset, newline));
    if (!header) return undefined;
    const { record, end } = parseRecord(header, payload, newline + 1);
    records.push(record);
    offset = end;
  }
  return records;
}

function parseRecord(
  header: Record<string, unknown>,
  payload: Buffer,
  start: number,
): { record: JournalRecord; end: number } {
  const sessionId = String(header["session"]);
  const position = Number(header["position"]);
  if (typeof header["deletedAt"] === "string") {
    return { record: { sessionId, position, deletedAt: header["deletedAt"] }, end: start };
  }
  let end = start;
  const parts = (header["parts"] as [Stream, number, number][]).map(([stream, offset, length]) => {
    const bytes = payload.subarray(end, end + length);
    end += length;
    return { stream: streams.find((known) => known === stream)!, path: "", offset, bytes };
  });
  return { record: { sessionId, position, first: Number(header["first"]), last: Number(header["last"]), parts }, end };
}
