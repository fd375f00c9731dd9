import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { streams, type Stream } from "../../core/event.js";
import { isJsonObject, type JsonObject } from "../../core/json.js";
import type { Metadata } from "../../core/metadata.js";
import { emptySession, reduceSession, type Session } from "../../core/session.js";
import { initialState, reduceState, type State } from "../../core/state.js";
import { foldedEvent, seqOfLine } from "../line.js";
import { streamFile } from "./layout.js";
import { linesBackward, splitLines, withFile, wholeSize } from "./line-file.js";
import { isPredecessorFolder, readPredecessor } from "./predecessor.js";
import { readJsonFile } from "./read-files.js";
import { readStored, type EventLine, type SessionFiles } from "./stored-lines.js";

/** About as much as folds in ten milliseconds. */
const bytesATurn = 1024 * 1024;

export interface LoadedSession {
  session: Session;
  head: number;
}

/**
 * A session out of its folder: the snapshots, and what the log holds beyond them folded on top.
 * Reads only; a torn last line does not count. A folder that the predecessor wrote is converted in
 * memory. Undefined where there is no such session.
 */
export function loadSession(sessionsPath: string, sessionId: string): LoadedSession | undefined {
  const folder = join(sessionsPath, sessionId);
  if (isPredecessorFolder(folder)) {
    const lines = readPredecessor(folder);
    return { session: foldLines(emptySession(sessionId), lines), head: lines.length };
  }
  const head = readHead(folder);
  return head === 0 ? undefined : { session: loadTo({ sessionId, folder, head }), head };
}

/** The seq of the last whole line of a session's files; 0 where there is none. */
export function readHead(folder: string, sizes?: Record<Stream, number>): number {
  const last = streams.map((stream) =>
    withFile(streamFile(folder, stream), sizes?.[stream], 0, (file) => {
      const { size } = wholeSize(file);
      const [line] = splitLines(linesBackward({ fd: file.fd, size }, size, 1, 1024 * 1024).bytes);
      return line === undefined ? 0 : seqOfLine(line);
    }),
  );
  return Math.max(...last);
}

/** The fold of the first `files.head` events, from the snapshots as far as they reach. */
export function loadTo(files: SessionFiles): Session {
  let session = readSnapshots(files);
  let from = Math.min(session.state.seq, session.metadata.eventCount);
  while (from < files.head) {
    const lines = readStored(files, from, files.head);
    if (lines.length === 0) break;
    session = foldLines(session, lines);
    from = lines.at(-1)!.seq;
  }
  return session;
}

export function foldLines(session: Session, lines: readonly EventLine[]): Session {
  for (const { stream, text } of lines) {
    const event = foldedEvent(stream, text);
    if (event) session = reduceSession(session, event);
  }
  return session;
}

/** The fold of the first `at` events, from nothing. */
export function foldTo(files: SessionFiles, at: number): Session {
  let session = emptySession(files.sessionId);
  for (let from = 0; from < at;) {
    const lines = readStored(files, from, at);
    if (lines.length === 0) break;
    session = foldLines(session, lines);
    from = lines.at(-1)!.seq;
  }
  return session;
}

/** The seq that a session's snapshot files hold; 0 where they are missing or of no use. */
export function readSnapshotSeq({ sessionId, folder, head }: SessionFiles): number {
  const state = readJsonFile(join(folder, "state.json"));
  const metadata = readJsonFile(join(folder, "metadata.json"));
  if (!isState(state, sessionId, head) || !isMetadata(metadata, sessionId, head)) return 0;
  if (!readJsonFile(join(folder, "initial.json"))) return 0;
  return Math.min(state.seq, metadata.eventCount);
}

/**
 * The state after the first `at` events. Actions and responses change no state and are not read, so
 * that it costs what was changed; a turn of the event loop for each piece of the file.
 */
export async function readStateAt(files: SessionFiles, at: number): Promise<State> {
  let state = initialState(files.sessionId);
  for (;;) {
    const lines = readStored(files, state.seq, at, { only: ["changes"], most: bytesATurn });
    if (lines.length === 0) return { ...state, seq: Math.min(at, files.head) };
    for (const { stream, text } of lines) {
      const event = foldedEvent(stream, text);
      if (event) state = reduceState(state, event);
    }
    state = { ...state, seq: lines.at(-1)!.seq };
    await nextTurn();
  }
}

function readSnapshots({ sessionId, folder, head }: SessionFiles): Session {
  const empty = emptySession(sessionId);
  const state = readJsonFile(join(folder, "state.json"));
  const metadata = readJsonFile(join(folder, "metadata.json"));
  if (!isState(state, sessionId, head) || !isMetadata(metadata, sessionId, head)) return empty;
  const ended = metadata.status !== "active";
  return {
    state,
    metadata,
    initial: readJsonFile(join(folder, "initial.json")) ?? {},
    final: ended ? (readJsonFile(join(folder, "final.json")) ?? null) : null,
  };
}

/** A folder that was copied here may have had another name, which its snapshots hold. */
function isState(value: JsonObject | undefined, sessionId: string, head: number): value is State {
  const seq = value?.["seq"];
  if (value?.["sessionId"] !== sessionId) return false;
  return typeof seq === "number" && seq <= head && Array.isArray(value?.["goals"]) && Array.isArray(value["agents"]);
}

function isMetadata(value: JsonObject | undefined, sessionId: string, head: number): value is Metadata {
  const count = value?.["eventCount"];
  if (value?.["sessionId"] !== sessionId) return false;
  return typeof count === "number" && count <= head && isJsonObject(value?.["metrics"]) && Array.isArray(value["tags"]);
}
