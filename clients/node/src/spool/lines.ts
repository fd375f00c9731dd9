import { isObject, parseObject } from "../json.js";

/** Events that were dropped and that the server is yet to be told of; times of the first and the last. */
export interface Dropped {
  count: number;
  from: string;
  to: string;
}

export interface SpooledEvent {
  type: string;
  eventId: string;
  timestamp: string;
  /** With its line end. */
  line: string;
}

/** What a whole file says. */
export interface SpoolContents {
  /** In order; the first counts as 1. */
  events: SpooledEvent[];
  /** So many of them are done with. */
  done: number;
  dropped: Dropped | undefined;
}

export interface SpoolHead {
  spool: number;
  session: string;
  space: string | undefined;
}

export function headLine(session: string, space: string): string {
  return `${JSON.stringify({ spool: 1, session, space })}\n`;
}

/** The head that a file begins with, if it does. */
export function parseHead(text: string): SpoolHead | undefined {
  const head = text.startsWith('{"spool":') ? parseObject(text.slice(0, endOfLine(text))) : undefined;
  if (head === undefined) return undefined;
  const { spool, session, space } = head;
  return {
    spool: Number(spool),
    session: String(session),
    space: typeof space === "string" ? space : undefined,
  };
}

function endOfLine(text: string): number {
  const end = text.indexOf("\n");
  return end === -1 ? text.length : end;
}

export function ackLine(done: number, dropped?: Dropped | null): string {
  return `${JSON.stringify(dropped === undefined ? { ack: done } : { ack: done, dropped })}\n`;
}

/** Reads a file's text; what stands behind the last line end was torn off and is left out. */
export function parseSpool(text: string): SpoolContents {
  const contents: SpoolContents = { events: [], done: 0, dropped: undefined };
  for (let start = 0; ;) {
    const end = text.indexOf("\n", start);
    if (end === -1) return contents;
    readLine(text.slice(start, end + 1), contents);
    start = end + 1;
  }
}

/** How every client spells an event; spares parsing it. */
const eventShape = /^\{"type":"([a-z_]+)","eventId":"([^"\\]+)","timestamp":"([^"\\]+)","data":\{.*\}\}\s*$/s;

function readLine(line: string, contents: SpoolContents): void {
  const [, type, eventId, timestamp] = eventShape.exec(line) ?? [];
  if (type !== undefined) {
    contents.events.push({ type, eventId: eventId!, timestamp: timestamp!, line });
    return;
  }
  const value = parseObject(line);
  if (value === undefined) return;
  const { ack, dropped, type: otherType, eventId: otherId, timestamp: otherTime } = value;
  if (typeof ack === "number") {
    contents.done = Math.max(contents.done, ack);
    if (dropped !== undefined) contents.dropped = readDropped(dropped);
  } else if (typeof otherType === "string" && typeof otherId === "string") {
    contents.events.push({ type: otherType, eventId: otherId, timestamp: String(otherTime), line });
  }
}

function readDropped(value: unknown): Dropped | undefined {
  if (!isObject(value) || typeof value["count"] !== "number") return undefined;
  return { count: value["count"], from: String(value["from"]), to: String(value["to"]) };
}
