const newline = 0x0a;

/** One unmasked, unfragmented text frame (RFC 6455 §5.2). */
export function encodeFrame(text: string): Buffer {
  return encodeFrames(Buffer.from(`${text}\n`));
}

/**
 * Newline-terminated lines as one buffer of WebSocket text frames, one a line; prepared once, it is
 * written to every socket that stands at the same place.
 */
export function encodeFrames(lines: Uint8Array): Buffer {
  const source = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength);
  const frames = Buffer.allocUnsafe(sizeOfFrames(source));
  let at = 0;
  for (let start = 0; start < source.length;) {
    const end = lineEnd(source, start);
    at = writeHeader(frames, at, end - start);
    source.copy(frames, at, start, end);
    at += end - start;
    start = end + 1;
  }
  return frames;
}

function sizeOfFrames(source: Buffer): number {
  let size = 0;
  for (let start = 0; start < source.length;) {
    const end = lineEnd(source, start);
    const length = end - start;
    size += length + (length < 126 ? 2 : length < 0x10000 ? 4 : 10);
    start = end + 1;
  }
  return size;
}

function lineEnd(source: Buffer, start: number): number {
  const end = source.indexOf(newline, start);
  return end === -1 ? source.length : end;
}

/** FIN and opcode 1, then the length in 7, 7+16 or 7+64 bits. */
function writeHeader(frames: Buffer, at: number, length: number): number {
  frames[at] = 0x81;
  if (length < 126) {
    frames[at + 1] = length;
    return at + 2;
  }
  if (length < 0x10000) {
    frames[at + 1] = 126;
    return frames.writeUInt16BE(length, at + 2);
  }
  frames[at + 1] = 127;
  return frames.writeUIntBE(length, frames.writeUInt16BE(0, at + 2), 6);
}
