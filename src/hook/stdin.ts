import { fstatSync, readFileSync } from "node:fs";
import { binding, readFrom } from "./handles.js";

/** All of stdin; what there is of it where its writer does not end in time. A terminal is not asked. */
export function readStdin(timeoutMs: number): Promise<Buffer> | Buffer | undefined {
  const stats = fstatSync(0);
  if (stats.isFile()) return readFileSync(0);
  if (!stats.isFIFO() && !stats.isSocket()) return undefined;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const close = openStdin(
      (chunk) => chunks.push(chunk),
      () => done(),
    );
    const timer = setTimeout(done, timeoutMs);
    function done() {
      clearTimeout(timer);
      close();
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    }
  });
}

/** Reads until `over`. Returns the way to stop. */
function openStdin(data: (chunk: Buffer) => void, over: () => void): () => void {
  try {
    const { Pipe, constants } = binding("pipe_wrap");
    const handle = new Pipe(constants.SOCKET);
    if (handle.open(0) === 0) {
      readFrom(handle, data, over);
      return () => handle.close();
    }
  } catch {
    // Another runtime than the known ones.
  }
  const { Socket } = process.getBuiltinModule("node:net");
  const stdin = new Socket({ fd: 0, readable: true, writable: false });
  stdin.on("data", data);
  stdin.on("error", over);
  stdin.on("end", over);
  return () => void stdin.destroy();
}
