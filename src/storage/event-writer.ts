import type { Stream } from "../core/event.js";
import { borrow, giveBack } from "./buffer-pool.js";
import { toEventLine } from "./line.js";

const dataField = Buffer.from(',"data":');
const timestampField = Buffer.from(',"timestamp":"');
const receivedField = Buffer.from(',"receivedAt":"');
const eventIdField = Buffer.from(',"eventId":"');
const [newline, quote, backslash, comma, brace] = [0x0a, 0x22, 0x5c, 0x2c, 0x7d];
const seqStart = Buffer.from('{"seq":');

/**
 * The number behind `{"seq":` where a stored line begins so, and where its digits end; 0 for a line
 * of another layout.
 */
export function seqInBytes(bytes: Buffer, start: number): { seq: number; end: number } {
  let at = start + seqStart.length;
  if (!startsWith(bytes, start, seqStart)) return { seq: 0, end: start };
  let seq = 0;
  for (let digit = bytes[at]! - 0x30; digit >= 0 && digit <= 9; digit = bytes[++at]! - 0x30) seq = seq * 10 + digit;
  return { seq: Number.isSafeInteger(seq) ? seq : 0, end: at };
}

/**
 * Puts stored lines of one session into a page of its merged log. Works on bytes: a line's text is
 * copied around its stamp, never decoded or parsed (the layout is in line.ts), which makes a page
 * or an export cost little more than the copy.
 */
export class EventWriter {
  private page: Buffer;
  private length = 0;
  private readonly sessionId: string;
  private readonly starts: Record<Stream, Buffer>;

  /** @param bytes about how long the stored lines are together */
  constructor(sessionId: string, bytes: number) {
    this.sessionId = sessionId;
    const place = `"sessionId":"${sessionId}",`;
    this.starts = {
      actions: Buffer.from(`{"type":"action",${place}`),
      responses: Buffer.from(`{"type":"response",${place}`),
      changes: Buffer.from(`{${place}`),
    };
    this.page = borrow(bytes + (bytes >> 1) + 1024);
  }

  /** What was written, each event with its newline. */
  get bytes(): Buffer {
    return this.page.subarray(0, this.length);
  }

  /** Adds the line at `start` ≤ i < `end`, without its newline. */
  write(stream: Stream, source: Buffer, start: number, end: number): void {
    const stampEnd = endOfStamp(source, start);
    if (stampEnd === 0) return this.writeOther(stream, source.toString("utf8", start, end));
    const head = this.starts[stream];
    this.reserve(head.length + (stampEnd - start) + dataField.length + (end - start) + 2);
    const { page } = this;
    let at = this.length;
    at += head.copy(page, at);
    if (stream === "changes") {
      at += source.copy(page, at, start + 1, end);
    } else {
      at += source.copy(page, at, start + 1, stampEnd);
      at += dataField.copy(page, at);
      at += source.copy(page, at, start, end);
      page[at++] = brace;
    }
    page[at++] = newline;
    this.length = at;
  }

  private writeOther(stream: Stream, line: string): void {
    const event = Buffer.from(`${toEventLine(stream, this.sessionId, line)}\n`);
    this.reserve(event.length);
    this.length += event.copy(this.page, this.length);
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.page.length) return;
    const larger = borrow(Math.max(this.length + bytes, this.page.length * 2));
    this.page.copy(larger, 0, 0, this.length);
    giveBack(this.page);
    this.page = larger;
  }
}

/** Behind the quote that ends a line's stamp; 0 where it has not the usual one. */
function endOfStamp(bytes: Buffer, start: number): number {
  const { end } = seqInBytes(bytes, start);
  if (end === start || end === start + seqStart.length) return 0;
  let at = endOfText(bytes, end, timestampField);
  if (at !== 0) at = endOfText(bytes, at, receivedField);
  if (at !== 0) at = endOfText(bytes, at, eventIdField);
  return bytes[at] === comma ? at : 0;
}

/** Behind the closing quote of a field whose text has no escapes; 0 where it does not stand at `start`. */
function endOfText(bytes: Buffer, start: number, field: Buffer): number {
  if (!startsWith(bytes, start, field)) return 0;
  for (let at = start + field.length; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) return at + 1;
    if (byte === backslash || byte === newline) return 0;
  }
  return 0;
}

function startsWith(bytes: Buffer, start: number, text: Buffer): boolean {
  for (let at = 0; at < text.length; at++) if (bytes[start + at] !== text[at]) return false;
  return true;
}
