import { encodeFrames } from "./encode-frames.js";
import { headOfLine, type LineHead } from "./line-head.js";

export type WireKind = "ws" | "sse";
export type LineFilter = (head: LineHead) => boolean;

interface HeadedLine {
  head: LineHead;
  text: string;
}

/** One page of a log, encoded at most once for each kind of connection, and only when one asks. */
export class EncodedPage {
  private readonly bytes: Uint8Array;
  private headed: HeadedLine[] | undefined;
  private readonly whole: { ws?: Buffer; sse?: Buffer } = {};

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The page as it goes over the wire; with `filter` only the lines that pass, and then it may be empty. */
  encode(kind: WireKind, filter: LineFilter | undefined): Buffer {
    if (filter === undefined)
      return (this.whole[kind] ??= kind === "ws" ? encodeFrames(this.bytes) : encodeSse(this.lines));
    const passed = this.lines.filter(({ head }) => filter(head));
    if (kind === "sse") return encodeSse(passed);
    return encodeFrames(Buffer.from(passed.map(({ text }) => `${text}\n`).join("")));
  }

  get lines(): readonly HeadedLine[] {
    return (this.headed ??= splitLines(this.bytes).map((text) => ({ text, head: headOfLine(text) })));
  }
}

function splitLines(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  return text.split("\n").filter((line) => line !== "");
}

/** Server-sent events: `id` resumes, `event` is the type, `data` is the line. */
function encodeSse(lines: readonly HeadedLine[]): Buffer {
  const events = lines.map(
    ({ head, text }) => `id: ${head.cursor ?? head.seq}\nevent: ${head.type}\ndata: ${text}\n\n`,
  );
  return Buffer.from(events.join(""));
}
