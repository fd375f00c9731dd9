/* Tar archives in the ustar format (POSIX.1-1988), written as a stream: the size of each file is known before its bytes. */

const blockBytes = 512;
/** What eleven octal digits hold; larger sizes are written in base 256, as GNU tar does. */
const mostOctal = 8 ** 11;

export interface TarFile {
  /** At most 155 characters. */
  folder: string;
  /** At most 100 characters. */
  name: string;
  size: number;
  /** Epoch milliseconds. */
  modified: number;
  /** Exactly `size` bytes. */
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** The archive's bytes. Throws where a file gives other than its size. */
export async function* tar(files: AsyncIterable<TarFile> | Iterable<TarFile>): AsyncGenerator<Uint8Array> {
  for await (const file of files) {
    yield tarHeader(file);
    let written = 0;
    for await (const piece of file.bytes) {
      written += piece.length;
      yield piece;
    }
    if (written !== file.size) throw new Error(`${file.name} has ${written} bytes, not ${file.size}`);
    const rest = written % blockBytes;
    if (rest > 0) yield new Uint8Array(blockBytes - rest);
  }
  yield new Uint8Array(blockBytes * 2);
}

function tarHeader({ folder, name, size, modified }: TarFile): Uint8Array {
  const header = Buffer.alloc(blockBytes);
  header.write(name, 0, 100);
  header.write("0000644\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  writeSize(header, size);
  header.write(`${octal(Math.floor(modified / 1000), 11)}\0`, 136);
  header.write(" ".repeat(8), 148);
  header.write("0", 156);
  header.write("ustar\u000000", 257);
  header.write(folder, 345, 155);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148);
  return header;
}

function writeSize(header: Buffer, size: number): void {
  if (size < mostOctal) {
    header.write(`${octal(size, 11)}\0`, 124);
    return;
  }
  header.writeUInt8(0x80, 124);
  header.writeBigUInt64BE(BigInt(size), 128);
}

function octal(value: number, digits: number): string {
  return Math.max(0, value).toString(8).padStart(digits, "0");
}
