import { EventWriter } from "../event-writer.js";
import type { Stream } from "../../core/event.js";
import type { Page } from "../session-store.js";
import { readStretches, seqOfBytes, type SessionFiles, type Stretch } from "./stored-lines.js";

/** The events `from` < seq ≤ `to` in order, merged out of three files, as far as a page's bytes reach. */
export function readMerged(files: SessionFiles, from: number, to: number): Omit<Page, "more"> {
  const stretches = readStretches(files, from, to);
  const reached = Math.min(...stretches.map((stretch) => stretch.reached));
  const cursors = stretches.map((stretch) => new LineCursor(stretch, from));
  const writer = new EventWriter(
    files.sessionId,
    stretches.reduce((sum, { bytes }) => sum + bytes.length, 0),
  );
  const page = { count: 0, first: 0, last: 0 };
  for (let next = nearest(cursors); next.seq <= reached; next = nearest(cursors)) {
    next.writeTo(writer);
    page.first ||= next.seq;
    page.last = next.seq;
    page.count++;
    next.advance();
  }
  return { lines: writer.bytes, ...page };
}

function nearest(cursors: readonly LineCursor[]): LineCursor {
  return cursors.reduce((least, cursor) => (cursor.seq < least.seq ? cursor : least));
}

/** Walks over the lines of a stretch that lie behind a seq; one without a seq is passed over. */
class LineCursor {
  /** Of the line it stands on; infinite behind the last. */
  seq = 0;
  private readonly stream: Stream;
  private readonly bytes: Buffer;
  private readonly after: number;
  private start = 0;
  private end = -1;

  constructor({ stream, bytes }: Stretch, after: number) {
    this.stream = stream;
    this.bytes = bytes;
    this.after = after;
    this.advance();
  }

  advance(): void {
    do {
      this.start = this.end + 1;
      this.end = this.bytes.indexOf(0x0a, this.start);
      this.seq = this.end === -1 ? Infinity : seqOfBytes(this.bytes, this.start, this.end);
    } while (this.seq <= this.after);
  }

  writeTo(writer: EventWriter): void {
    writer.write(this.stream, this.bytes, this.start, this.end);
  }
}
