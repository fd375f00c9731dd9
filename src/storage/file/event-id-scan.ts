import { setImmediate as nextTurn } from "node:timers/promises";
import { streams, type Stream } from "../../core/event.js";
import { parseLine, seqOfLine } from "../line.js";
import type { AppendedEvent } from "../session-store.js";
import { EventIds } from "./event-ids.js";
import type { HotSession } from "./hot-session.js";
import { streamFile } from "./layout.js";
import { linesForward, offsetAfter, splitLines, withFile } from "./line-file.js";

/** Repeats are recognised among at least this many of a session's last events. */
const window = 100_000;
const runLines = 2000;

const scans = new WeakMap<HotSession, Promise<void>>();
const idPattern = /"eventId":"([^"\\]{1,256})"/;

/** Learns the eventIds of what the session held when it was loaded, a turn of the event loop a run. */
export function scanEventIds(hot: HotSession): Promise<void> {
  const running = scans.get(hot);
  if (running) return running;
  hot.scanning = true;
  const scan = scanAll(hot).finally(() => {
    scans.delete(hot);
    // Whoever waits for the scan finds the session still there: else, where few are kept in memory,
    // those that wait for different ones could push out each other's for ever.
    setImmediate(() => (hot.scanning = false));
  });
  scans.set(hot, scan);
  return scan;
}

async function scanAll(hot: HotSession): Promise<void> {
  const to = hot.unscanned;
  const found: { id: string; seq: number }[] = [];
  for (const stream of streams) {
    for (let run = readRun(hot, stream, to - window); run.lines.length > 0; run = readRun(hot, stream, to, run.end)) {
      for (const line of run.lines) {
        const id = idPattern.exec(line)?.[1];
        const seq = seqOfLine(line);
        if (id !== undefined && seq > 0 && seq <= to) found.push({ id, seq });
      }
      if (run.lines.length === runLines) await nextTurn();
    }
  }
  const later = hot.eventIds;
  hot.eventIds = new EventIds();
  for (const { id, seq } of found.sort((a, b) => a.seq - b.seq)) hot.eventIds.add(id, seq);
  hot.eventIds.addAll(later);
  hot.unscanned = 0;
}

interface Run {
  lines: string[];
  /** Offset behind the lines. */
  end: number;
}

const nothing: Run = { lines: [], end: 0 };

/** Some lines from offset `start` on, by default from the first whose seq is above `after`. */
function readRun(hot: HotSession, stream: Stream, after: number, start?: number): Run {
  return withFile(streamFile(hot.folder, stream), hot.durable.sizes[stream], nothing, (file) => {
    const run = linesForward(file, start ?? offsetAfter(file, after, seqOfLine), runLines, 4 * 1024 * 1024);
    return { lines: splitLines(run.bytes), end: run.end };
  });
}

/** The durable event at `seq`, if it has this id. */
export function findEvent(hot: HotSession, seq: number, eventId: string): AppendedEvent | undefined {
  for (const stream of streams) {
    const line = findLine(hot, stream, seq);
    if (line === undefined) continue;
    const record = parseLine(line);
    if (record?.["eventId"] !== eventId) return undefined;
    return { seq, eventId, timestamp: String(record["timestamp"]), duplicate: true };
  }
  return undefined;
}

function findLine(hot: HotSession, stream: Stream, seq: number): string | undefined {
  if (seq > hot.durable.seq) return undefined;
  return withFile(streamFile(hot.folder, stream), hot.durable.sizes[stream], undefined, (file) => {
    const start = offsetAfter(file, seq - 1, seqOfLine);
    const [line] = splitLines(linesForward(file, start, 1, 64 * 1024).bytes);
    return line !== undefined && seqOfLine(line) === seq ? line : undefined;
  });
}
