import type { SearchRequest } from "./protocol.js";
import { integer, type Database } from "./sqlite.js";
import { blockSize } from "./text-index.js";

/** Documents that one pool looks at, at most: a filter that few pass ends the pool instead of the time. */
const examinedAtMost = 20_000;

/** A document that has the words, with what is needed to find its line. */
export interface Candidate {
  id: number;
  stream: number;
  seq: number;
  start: number;
  bytes: number;
  sessionId: string;
  userId: string | null;
}

interface CandidateRow extends Candidate {
  time: number;
}

interface DocRange {
  low: number;
  high: number;
}

/** How far a walk over candidates came; every document from `bottom` up was looked at. */
export interface Walk {
  bottom: number;
  exhausted: boolean;
}

/** The documents below `upper` that match, newest first; keeps `walk` up to date as it goes. */
export function* candidates(
  db: Database,
  match: string,
  upper: number,
  request: SearchRequest,
  walk: Walk,
): Generator<Candidate> {
  const matching = db.prepare(
    `SELECT rowid AS id FROM texts WHERE texts MATCH ? AND rowid BETWEEN ${integer} AND ${integer} ORDER BY rowid DESC`,
  );
  const located = db.prepare(
    `SELECT d.id, d.stream, d.seq, d.start, d.bytes, d.time, s.id AS sessionId, s.user_id AS userId
     FROM docs d JOIN sessions s ON s.pk = d.session WHERE d.id = ?`,
  );
  let examined = 0;
  for (const { low, high } of docRanges(db, upper, request)) {
    for (const row of matching.iterate(match, low, high)) {
      if (++examined > examinedAtMost) return;
      walk.bottom = Number(row["id"]);
      const doc = located.get(walk.bottom) as unknown as CandidateRow | undefined;
      if (doc && passes(doc, request)) yield doc;
    }
  }
  walk.exhausted = true;
}

function passes({ time, userId }: CandidateRow, { since, until, userId: wanted }: SearchRequest): boolean {
  return (
    (since === undefined || time >= since) &&
    (until === undefined || time <= until) &&
    (wanted === undefined || userId === wanted)
  );
}

/** The runs of documents below `upper` that can hold the wanted time at all, newest first. */
function docRanges(db: Database, upper: number, { since, until }: SearchRequest): DocRange[] {
  if (since === undefined && until === undefined) return [{ low: 0, high: upper - 1 }];
  const blocks = db.prepare("SELECT block FROM blocks WHERE block <= ? AND high >= ? AND low <= ? ORDER BY block DESC");
  const ranges: DocRange[] = [];
  for (const row of blocks.all(
    Math.floor(upper / blockSize),
    since ?? -Number.MAX_SAFE_INTEGER,
    until ?? Number.MAX_SAFE_INTEGER,
  )) {
    const low = Number(row["block"]) * blockSize;
    const last = ranges.at(-1);
    if (last?.low === low + blockSize) last.low = low;
    else ranges.push({ low, high: Math.min(low + blockSize, upper) - 1 });
  }
  return ranges;
}
