/*
 * Memory for pages of the log, used over and over. A freed buffer is not memory regained until the
 * garbage collector looks, and buffers alone make it look late: a reader of long pages would add a
 * hundred megabytes. Whoever forgets to give a buffer back loses nothing but that.
 */

const smallest = 16 * 1024;
const largest = 8 * 1024 * 1024;
const keptBytes = 8 * 1024 * 1024;

/** Longest unused first. */
const kept: Buffer[] = [];
let bytesKept = 0;
const lent = new WeakMap<ArrayBufferLike, Buffer>();

/** A buffer of at least so many bytes, with whatever content. */
export function borrow(bytes: number): Buffer {
  if (bytes < smallest || bytes > largest) return Buffer.allocUnsafe(bytes);
  const size = 2 ** Math.ceil(Math.log2(bytes));
  const buffer = takeKept(kept.findLastIndex(({ length }) => length === size)) ?? Buffer.allocUnsafeSlow(size);
  lent.set(buffer.buffer, buffer);
  return buffer;
}

function takeKept(index: number): Buffer | undefined {
  if (index === -1) return undefined;
  const [buffer] = kept.splice(index, 1);
  bytesKept -= buffer!.length;
  return buffer;
}

/** Takes back what {@link borrow} lent, or any view of it, which nobody may read any more; ignores all else. */
export function giveBack({ buffer }: Uint8Array): void {
  const whole = lent.get(buffer);
  if (!whole) return;
  lent.delete(buffer);
  kept.push(whole);
  bytesKept += whole.length;
  while (bytesKept > keptBytes) takeKept(0);
}
