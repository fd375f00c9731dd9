import { createTranscriptMapper, type TranscriptMapper } from "../server/ingest/claude-code-transcript/transcript.js";
import type { TranscriptEvent } from "../server/ingest/claude-code-transcript/stream.js";
import { isJsonObject } from "../core/json.js";
import { toTimestamp } from "../core/timestamp.js";
import { isGone, reason, type TranscriptFile, type TranscriptSession } from "./import-claude-code-files.js";
import type { Fork } from "./import-claude-code-forks.js";
import type { TranscriptTarget } from "./import-claude-code-target.js";
import { TailReader, type ReadLine } from "./import-claude-code-tail.js";

interface Tail {
  file: TranscriptFile;
  reader: TailReader;
  /** Read and not yet told. */
  lines: ReadLine[];
  /** The time of the newest line that has one. */
  at: number;
  done: boolean;
}

/** How events are handed over; one that fails may be tried again. */
export type Send = (hand: () => Promise<number>) => Promise<number>;

export interface Progressed {
  /** Bytes. */
  read: (bytes: number) => void;
  problem: (problem: string) => void;
}

const batchEvents = 500;
const batchChars = 1_000_000;
const mostChars = 4_000_000;

/** One session on its way from its transcripts into a store: remembers how far it got. */
export class SessionImport {
  readonly sessionId: string;
  private readonly target: TranscriptTarget;
  private readonly fork: Fork | undefined;
  private mapper: TranscriptMapper | undefined;
  private readonly tails = new Map<string, Tail>();
  /** What was mapped and is not stored yet. */
  private events: TranscriptEvent[] = [];
  private chars = 0;
  /** How many events were new. */
  stored = 0;

  constructor(sessionId: string, target: TranscriptTarget, fork: Fork | undefined) {
    this.sessionId = sessionId;
    this.target = target;
    this.fork = fork;
  }

  /** Tells what the files hold beyond what was told; their lines in the order of their times. */
  async goOn({ files }: TranscriptSession, send: Send, progress: Progressed): Promise<void> {
    this.begin(files);
    const failed = new Set<string>();
    for (let tail = this.earliest(failed, progress); tail; tail = this.earliest(failed, progress)) {
      const line = tail.lines.shift()!;
      progress.read(line.bytes);
      if ("problem" in line) progress.problem(line.problem);
      else this.map(line.value, tail.file);
      if (this.events.length >= batchEvents || this.chars >= batchChars) await this.hand(send);
    }
    await this.hand(send);
  }

  /** Tells where the session stands by now. */
  async stand(send: Send): Promise<void> {
    const standing = this.mapper?.standing();
    if (standing?.at === undefined) return;
    this.stored += await send(() => this.target.take(this.sessionId, [], standing));
  }

  private begin(files: readonly TranscriptFile[]): void {
    const path = files.find(({ agent }) => agent === undefined)?.path;
    this.mapper ??= createTranscriptMapper({ ...(path !== undefined && { path }), ...this.fork });
    for (const file of files) {
      const known = this.tails.get(file.path);
      if (known) known.file = file;
      else this.tails.set(file.path, newTail(file));
    }
    for (const tail of this.tails.values()) tail.done = false;
  }

  private map(value: unknown, { agent }: TranscriptFile): void {
    for (const event of this.mapper!.take(value, agent)) {
      this.events.push(event);
      this.chars += JSON.stringify(event).length;
    }
  }

  /** Hands over what is mapped, in requests that a server takes; what was handed over is let go. */
  private async hand(send: Send): Promise<void> {
    while (this.events.length > 0) {
      const part = this.events.slice(0, fitting(this.events));
      this.stored += await send(() => this.target.take(this.sessionId, part));
      this.events = this.events.slice(part.length);
    }
    this.chars = 0;
  }

  /** The file whose next line is the oldest; undefined where all are read. */
  private earliest(failed: Set<string>, { problem }: Progressed): Tail | undefined {
    let first: Tail | undefined;
    for (const tail of this.tails.values()) {
      try {
        if (tail.lines.length === 0 && !tail.done && !this.fill(tail))
          return this.earliest(failed, { problem, read: () => {} });
      } catch (error) {
        tail.done = true;
        if (!failed.has(tail.file.path) && !isGone(error)) problem(`${tail.file.path}: ${reason(error)}`);
        failed.add(tail.file.path);
      }
      const isFirst = tail.lines.length > 0 && (!first || timeOf(tail) < timeOf(first));
      if (isFirst) first = tail;
    }
    return first;
  }

  /** Reads on in a file; false where it was replaced, and the session is told anew: what is known stays known. */
  private fill(tail: Tail): boolean {
    const { lines, replaced } = tail.reader.read();
    if (replaced) {
      this.restart();
      return false;
    }
    tail.lines = lines;
    tail.done = lines.length === 0;
    return true;
  }

  private restart(): void {
    const files = [...this.tails.values()].map(({ file }) => file);
    this.tails.clear();
    this.mapper = undefined;
    this.begin(files);
  }
}

/** How many of the events one request may carry; the first at least. */
function fitting(events: readonly TranscriptEvent[]): number {
  let chars = 0;
  const end = events.findIndex((event) => (chars += JSON.stringify(event).length) > mostChars);
  return end === -1 ? events.length : Math.max(1, end);
}

function newTail(file: TranscriptFile): Tail {
  return { file, reader: new TailReader(file.path), lines: [], at: 0, done: false };
}

/** When a file's next line was written: a line without a time was written right behind the one before. */
function timeOf(tail: Tail): number {
  const [line] = tail.lines;
  const stamp = line && "value" in line && isJsonObject(line.value) ? toTimestamp(line.value["timestamp"]) : undefined;
  if (stamp !== undefined) tail.at = Date.parse(stamp);
  return tail.at;
}
