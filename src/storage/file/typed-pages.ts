import fs from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { eventTypes, streamOf, streams, type Stream } from "../../core/event.js";
import { seqOfLine, toEventLine, typeOfLine } from "../line.js";
import type { Page, PageQuery } from "../session-store.js";
import { streamFile } from "./layout.js";
import {
  linesBackward,
  linesForward,
  offsetAfter,
  openForReading,
  splitLines,
  type LineRun,
  type OpenFile,
} from "./line-file.js";
import { textPage, type EventLine, type SessionFiles } from "./stored-lines.js";

/*
 * Pages of some types only. Matches may be rare, so files are read run by run, a turn of the event
 * loop for each, and a run that does not hold the type's text at all is passed over unparsed.
 */

const runBytes = 1024 * 1024;

/** A page of one stream with only the records of these types. */
export async function typedRecords(
  files: SessionFiles,
  stream: Stream,
  query: PageQuery,
  types: readonly string[],
): Promise<Page> {
  const found = await collect(files, stream, query, types);
  const lines = cut(found, query);
  return textPage(
    lines.map(({ text }) => text),
    lines.map(({ seq }) => seq),
    found.length > lines.length,
  );
}

/** A page of the merged log with only the events of these types. */
export async function typedEvents(files: SessionFiles, query: PageQuery, types: readonly string[]): Promise<Page> {
  const found: EventLine[] = [];
  for (const stream of streams) {
    const ofStream = eventTypes.filter((type) => types.includes(type) && streamOf(type) === stream);
    if (ofStream.length === 0) continue;
    found.push(...(await collect(files, stream, query, stream === "changes" ? ofStream : undefined)));
  }
  found.sort((a, b) => a.seq - b.seq);
  const events = cut(found, query);
  const lines = events.map(({ stream, text }) => toEventLine(stream, files.sessionId, text));
  return textPage(
    lines,
    events.map(({ seq }) => seq),
    found.length > events.length,
  );
}

function cut(lines: EventLine[], { after, limit }: PageQuery): EventLine[] {
  return after === undefined ? lines.slice(-limit) : lines.slice(0, limit);
}

/** Up to one more than `limit` matching lines, from the end that the page is read from. */
async function collect(
  files: SessionFiles,
  stream: Stream,
  query: PageQuery,
  types: readonly string[] | undefined,
): Promise<EventLine[]> {
  const file = openForReading(streamFile(files.folder, stream), files.sizes?.[stream]);
  if (!file) return [];
  try {
    return await collectFrom(file, stream, { ...query, before: query.before ?? files.head + 1 }, types);
  } finally {
    fs.closeSync(file.fd);
  }
}

async function collectFrom(
  file: OpenFile,
  stream: Stream,
  query: PageQuery,
  types: readonly string[] | undefined,
): Promise<EventLine[]> {
  const forward = query.after !== undefined;
  const low = forward ? offsetAfter(file, query.after!, seqOfLine) : 0;
  const high = offsetAfter(file, query.before! - 1, seqOfLine);
  const found: EventLine[] = [];
  for (const run of runs(file, low, high, forward)) {
    const lines = matching(run, types).map((text) => ({ seq: seqOfLine(text), stream, text }));
    if (forward) found.push(...lines);
    else found.unshift(...lines);
    if (found.length > query.limit) break;
    await nextTurn();
  }
  return forward ? found.slice(0, query.limit + 1) : found.slice(-query.limit - 1);
}

function matching(run: LineRun, types: readonly string[] | undefined): string[] {
  if (!types) return splitLines(run.bytes);
  if (!types.some((type) => mayHold(run.bytes, type))) return [];
  return splitLines(run.bytes).filter((line) => types.includes(typeOfLine(line)));
}

/** A producer may write any character with an escape, and `/` as `\/`, which a search for the type's text would miss. */
function mayHold(bytes: Buffer, type: string): boolean {
  return !/^[\x20-\x2e\x30-\x7e]*$/.test(type) || bytes.includes(JSON.stringify(type)) || bytes.includes("\\u00");
}

function* runs(file: OpenFile, low: number, high: number, forward: boolean): Generator<LineRun> {
  let [start, end] = [low, high];
  while (start < end) {
    const run = forward
      ? linesForward({ fd: file.fd, size: end }, start, 4096, runBytes)
      : linesBackward(file, end, 4096, runBytes);
    if (run.count === 0) return;
    if (forward) start = run.end;
    else end = run.start;
    yield run;
  }
}
