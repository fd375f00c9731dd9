/**
 * Counts the data frames that end in each chunk of an unmasked WebSocket stream, wherever chunks
 * are cut. Payloads are skipped, so that a thousand sockets cost little more than their reads.
 *
 * @see RFC 6455, 5.2
 */
export function createFrameCounter(): (chunk: Buffer) => number {
  let skip = 0;
  let inData = false;
  let header = Buffer.alloc(0);
  return (chunk) => {
    let frames = 0;
    let at = 0;
    while (at < chunk.length) {
      if (skip > 0) {
        const taken = Math.min(skip, chunk.length - at);
        skip -= taken;
        at += taken;
      } else {
        const before = header.length;
        const bytes = before === 0 ? chunk.subarray(at) : Buffer.concat([header, chunk.subarray(at, at + 10)]);
        const frame = readHeader(bytes);
        if (frame === undefined) {
          header = Buffer.from(bytes);
          return frames;
        }
        at += frame.headerLength - before;
        header = Buffer.alloc(0);
        skip = frame.length;
        inData = frame.opcode < 8;
      }
      if (skip === 0 && inData) {
        frames += 1;
        inData = false;
      }
    }
    return frames;
  };
}

function readHeader(bytes: Buffer): { opcode: number; headerLength: number; length: number } | undefined {
  if (bytes.length < 2) return undefined;
  const opcode = bytes[0]! & 15;
  const short = bytes[1]! & 127;
  if (short < 126) return { opcode, headerLength: 2, length: short };
  const headerLength = short === 126 ? 4 : 10;
  if (bytes.length < headerLength) return undefined;
  return { opcode, headerLength, length: short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2)) };
}
