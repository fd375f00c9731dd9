import fs from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { AppError } from "../../core/errors.js";
import { streams, type Stream } from "../../core/event.js";
import { parseSessionId } from "../../core/ids.js";
import type { JsonObject } from "../../core/json.js";
import { numberOf } from "../../core/number-of.js";
import type { Session } from "../../core/session.js";
import { foldedEvent, seqOfLine } from "../line.js";
import { restOf, scanSegment } from "./journal-format.js";
import { listSegments } from "./journal.js";
import { layoutOf, streamFile, type Layout } from "./layout.js";
import { linesForward, splitLines, withFile, wholeSize, type OpenFile } from "./line-file.js";
import { foldTo, readHead } from "./load-session.js";
import { lockHolder } from "./lock.js";
import { isPredecessorFolder } from "./predecessor.js";
import { readJsonFile } from "./read-files.js";

/** Something in a storage folder that is not as it must be. */
export interface Finding {
  sessionId: string | null;
  /** Path below the storage folder. */
  file: string;
  /** Counts from 1. */
  line?: number;
  problem: string;
  /** Whether `repair` can mend it without losing anything. */
  repairable: boolean;
}

type Progress = (progress: { done: number; total: number }) => void;

/**
 * Checks every line, seq and snapshot of a storage folder, and the journal. Reads only.
 *
 * @throws AppError `not_found` where there is no storage folder
 */
export async function* verifyStore(path: string, onProgress?: Progress): AsyncGenerator<Finding> {
  const layout = layoutOf(path);
  if (!fs.existsSync(layout.sessions)) {
    throw new AppError(
      "not_found",
      `There is no storage folder at ${path} (it has no 'sessions' folder). Give its path with --storage.`,
    );
  }
  yield* verifyJournal(layout);
  const names = fs.readdirSync(layout.sessions);
  for (const [index, name] of names.entries()) {
    yield* verifySession(layout, name);
    onProgress?.({ done: index + 1, total: names.length });
    await nextTurn();
  }
}

function* verifyJournal({ journal, lock }: Layout): Generator<Finding> {
  if (!fs.existsSync(journal) || lockHolder(lock)) return;
  for (const { path, number } of listSegments(journal)) {
    const bytes = fs.readFileSync(path);
    let end = 0;
    let groups = 0;
    for (const group of scanSegment(bytes)) {
      end = group.end;
      groups += 1;
    }
    const finding = { sessionId: null, file: `journal/${number}`, repairable: true };
    if (groups > 0)
      yield {
        ...finding,
        problem: `holds ${numberOf(groups, "commit")} not yet put onto the session files (the server did not stop cleanly)`,
      };
    const { length } = restOf(bytes, end);
    if (length > 0) yield { ...finding, problem: `ends in ${numberOf(length, "byte")} never acknowledged` };
  }
}

function* verifySession({ sessions }: Layout, name: string): Generator<Finding> {
  const folder = join(sessions, name);
  try {
    parseSessionId(name);
  } catch {
    yield {
      sessionId: null,
      file: `sessions/${name}`,
      problem: "is not a session id and is ignored",
      repairable: false,
    };
    return;
  }
  if (isPredecessorFolder(folder) || isUnborn(folder)) return;
  const findings = [...verifyLines(folder, name)];
  yield* findings;
  if (findings.length === 0) yield* verifySnapshots(folder, name);
}

/** A crash may leave the folder of a session whose first event was never acknowledged: it holds no byte. */
function isUnborn(folder: string): boolean {
  if (!fs.statSync(folder).isDirectory()) return false;
  const names = fs.readdirSync(folder);
  return names.every((name) => name.endsWith(".jsonl") && fs.statSync(join(folder, name)).size === 0);
}

function* verifyLines(folder: string, sessionId: string): Generator<Finding> {
  const seqs: number[] = [];
  for (const stream of streams) {
    const file = `sessions/${sessionId}/${stream}.jsonl`;
    const found = withFile(streamFile(folder, stream), undefined, [], (open) => [...checkStream(open, stream, seqs)]);
    for (const finding of found) yield { sessionId, file, ...finding };
  }
  yield* verifySeqs(seqs, sessionId);
}

type LineFinding = Pick<Finding, "line" | "problem" | "repairable">;

function* checkStream(file: OpenFile, stream: Stream, seqs: number[]): Generator<LineFinding> {
  const { size, torn } = wholeSize(file);
  let number = 0;
  let previous = 0;
  for (let offset = 0; offset < size;) {
    const run = linesForward({ fd: file.fd, size }, offset, 4096, 1024 * 1024);
    for (const text of splitLines(run.bytes)) {
      number += 1;
      const seq = foldedEvent(stream, text) ? seqOfLine(text) : 0;
      if (seq === 0) yield { line: number, problem: "is not an event", repairable: true };
      else if (seq <= previous)
        yield { line: number, problem: `seq ${seq} stands behind seq ${previous}`, repairable: true };
      else seqs.push(seq);
      previous = Math.max(previous, seq);
    }
    offset = run.end;
  }
  if (torn > 0)
    yield { line: number + 1, problem: `is torn (${numberOf(torn, "byte")} without an end)`, repairable: true };
}

function* verifySeqs(seqs: number[], sessionId: string): Generator<Finding> {
  const file = `sessions/${sessionId}`;
  const sorted = Float64Array.from(seqs).sort();
  if (sorted.length === 0) {
    yield { sessionId, file, problem: "holds no event", repairable: false };
    return;
  }
  let expected = 1;
  for (const seq of sorted) {
    if (seq === expected - 1 && expected > 1)
      yield { sessionId, file, problem: `seq ${seq} is there twice, in two files`, repairable: false };
    else if (seq > expected) {
      const missing =
        seq - 1 === expected ? `seq ${expected} is missing` : `seqs ${expected} to ${seq - 1} are missing`;
      yield { sessionId, file, problem: missing, repairable: false };
    }
    expected = seq + 1;
  }
}

function* verifySnapshots(folder: string, sessionId: string): Generator<Finding> {
  const head = readHead(folder);
  const folds = new Map<number, Session>();
  const foldAt = (at: number): Session => {
    const known = folds.get(at) ?? foldTo({ sessionId, folder, head }, at);
    folds.set(at, known);
    return known;
  };
  const metadata = readJsonFile(join(folder, "metadata.json"));
  const at = metadata?.["eventCount"];
  const ends = [head, typeof at === "number" && at < head ? at : head];
  for (const [name, problem] of [
    ["state.json", checkSnapshot(folder, "state.json", head, "seq", (seq) => foldAt(seq).state)],
    ["metadata.json", checkSnapshot(folder, "metadata.json", head, "eventCount", (seq) => foldAt(seq).metadata)],
    ["initial.json", checkPart(folder, "initial.json", [1, ...ends], (seq) => foldAt(seq).initial)],
    ["final.json", checkPart(folder, "final.json", ends, (seq) => foldAt(seq).final)],
  ] as const) {
    if (problem !== undefined) yield { sessionId, file: `sessions/${sessionId}/${name}`, problem, repairable: true };
  }
}

function checkSnapshot(
  folder: string,
  name: string,
  head: number,
  counter: string,
  foldAt: (at: number) => object,
): string | undefined {
  const path = join(folder, name);
  if (!fs.existsSync(path)) return undefined;
  const snapshot = readJsonFile(path);
  const at = snapshot?.[counter];
  if (typeof at !== "number") return "cannot be read as a snapshot";
  if (at > head) return `holds seq ${at}, but the log ends at ${head}`;
  return isSame(snapshot, foldAt(at)) ? undefined : `differs from the fold of the first ${numberOf(at, "event")}`;
}

/** initial.json and final.json name no seq: they must be what the log says at its end, or at the other snapshots' seq. */
function checkPart(
  folder: string,
  name: string,
  seqs: readonly number[],
  foldAt: (at: number) => object | null,
): string | undefined {
  const path = join(folder, name);
  if (!fs.existsSync(path)) return undefined;
  const part = readJsonFile(path);
  if (part === undefined) return "cannot be read as a snapshot";
  return seqs.some((seq) => isSame(part, foldAt(seq))) ? undefined : "differs from what the log says";
}

function isSame(stored: JsonObject | undefined, folded: object | null): boolean {
  return isDeepStrictEqual(stored, JSON.parse(JSON.stringify(folded)));
}
