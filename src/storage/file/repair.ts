import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { join } from "node:path";
import { encodeId } from "../../core/ids.js";
import { streams, type Stream } from "../../core/event.js";
import { numberOf } from "../../core/number-of.js";
import { foldedEvent, seqOfLine } from "../line.js";
import { adoptPredecessor } from "./adopt.js";
import { Feed } from "./feed.js";
import { layoutOf, streamFile, type Layout } from "./layout.js";
import { foldTo, readHead } from "./load-session.js";
import { takeLock } from "./lock.js";
import { isPredecessorFolder } from "./predecessor.js";
import { recover } from "./recovery.js";
import { replaceJson } from "./snapshotter.js";
import { fsyncFolder, nodeFs, makeFolder } from "./storage-fs.js";
import { verifyStore, type Finding } from "./verify.js";

/** What was mended. */
export interface Repair {
  sessionId: string | null;
  /** Path below the storage folder. */
  file: string;
  action: string;
}

type Progress = (progress: { done: number; total: number }) => void;

/**
 * Mends what a crash or an editor broke, and tells each thing that it did: the journal is put onto
 * the session files, lines that are not events, or there twice, are moved to a file beside (`….bad`),
 * events are put in order, snapshots that are wrong are written again. Nothing is thrown away.
 *
 * @throws AppError `storage_locked` while a server has the folder
 */
export async function* repairStore(path: string, onProgress?: Progress): AsyncGenerator<Repair> {
  const layout = layoutOf(path);
  for (const folder of [layout.journal, layout.trash]) makeFolder(folder);
  const lock = takeLock(layout.lock, new Date().toISOString());
  try {
    yield* repairJournal(layout);
    const broken = new Map<string, Finding[]>();
    for await (const finding of verifyStore(path, onProgress)) {
      if (finding.sessionId === null || !finding.repairable) continue;
      broken.set(finding.sessionId, [...(broken.get(finding.sessionId) ?? []), finding]);
    }
    for (const [sessionId, findings] of broken) yield* repairSession(layout, sessionId, findings);
    yield* adoptFolders(layout);
  } finally {
    lock.release();
  }
}

async function* repairJournal(layout: Layout): AsyncGenerator<Repair> {
  const feed = new Feed({
    folder: layout.feed,
    io: nodeFs,
    maxBytes: 64 * 1024 * 1024,
    createEpoch: () => encodeId(randomBytes(8)),
  });
  try {
    const report = await recover({ layout, feed, io: nodeFs, notify: () => {} });
    if (report.events > 0) {
      yield {
        sessionId: null,
        file: "journal",
        action: `put ${numberOf(report.events, "event")} onto the files of ${numberOf(report.sessions.size, "session")}`,
      };
    }
    for (const file of report.damaged)
      yield { sessionId: null, file, action: "kept a damaged segment of the journal here" };
    if (report.tornBytes > 0) {
      yield {
        sessionId: null,
        file: "journal",
        action: `cut ${numberOf(report.tornBytes, "byte")} never acknowledged`,
      };
    }
  } finally {
    feed.close();
  }
}

async function* repairSession(layout: Layout, sessionId: string, findings: readonly Finding[]): AsyncGenerator<Repair> {
  const folder = join(layout.sessions, sessionId);
  for (const stream of streams) {
    const file = `sessions/${sessionId}/${stream}.jsonl`;
    if (!findings.some((finding) => finding.file === file)) continue;
    const moved = repairStream(folder, stream);
    const action =
      moved > 0
        ? `moved ${numberOf(moved, "line")} to ${stream}.jsonl.bad: no ${moved === 1 ? "event" : "events"}, or there twice`
        : "put the events in order";
    yield { sessionId, file, action };
  }
  yield* repairSnapshots(folder, sessionId);
}

interface Line {
  bytes: Buffer;
  seq: number;
}

/** Puts a stream's events in order; what is no event, or is there already, goes to a file beside. Returns how many lines that were. */
function repairStream(folder: string, stream: Stream): number {
  const path = streamFile(folder, stream);
  const lines = linesOf(fs.readFileSync(path), stream);
  const good: Line[] = [];
  const bad: Line[] = [];
  const seen = new Set<number>();
  for (const line of lines) {
    (line.seq > 0 && !seen.has(line.seq) ? good : bad).push(line);
    seen.add(line.seq);
  }
  good.sort((a, b) => a.seq - b.seq);
  if (bad.length > 0) fs.appendFileSync(`${path}.bad`, joinLines(bad), { flush: true });
  fs.writeFileSync(`${path}.tmp`, joinLines(good), { flush: true });
  fs.renameSync(`${path}.tmp`, path);
  fsyncFolder(folder);
  return bad.length;
}

/** The lines as they are, byte for byte; seq 0 for what is no event. */
function linesOf(bytes: Buffer, stream: Stream): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    const line = bytes.subarray(start, end);
    const text = line.toString("utf8");
    if (line.length > 0) lines.push({ bytes: line, seq: foldedEvent(stream, text) ? seqOfLine(text) : 0 });
    start = end + 1;
  }
  return lines;
}

function joinLines(lines: readonly Line[]): Buffer {
  return Buffer.concat(lines.flatMap(({ bytes }) => [bytes, Buffer.from("\n")]));
}

async function* repairSnapshots(folder: string, sessionId: string): AsyncGenerator<Repair> {
  const head = readHead(folder);
  if (head === 0) return;
  const session = foldTo({ sessionId, folder, head }, head);
  await replaceJson(folder, "initial.json", session.initial, nodeFs);
  if (session.final) await replaceJson(folder, "final.json", session.final, nodeFs);
  else fs.rmSync(join(folder, "final.json"), { force: true });
  await replaceJson(folder, "state.json", session.state, nodeFs);
  await replaceJson(folder, "metadata.json", session.metadata, nodeFs);
  fsyncFolder(folder);
  yield {
    sessionId,
    file: `sessions/${sessionId}`,
    action: `wrote the snapshots again, from ${numberOf(head, "event")}`,
  };
}

async function* adoptFolders(layout: Layout): AsyncGenerator<Repair> {
  for (const name of fs.readdirSync(layout.sessions)) {
    const folder = join(layout.sessions, name);
    if (!isPredecessorFolder(folder)) continue;
    adoptPredecessor(folder, nodeFs, () => {});
    yield { sessionId: name, file: `sessions/${name}`, action: "adopted a folder of the predecessor" };
  }
}
