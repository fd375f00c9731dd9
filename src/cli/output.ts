import type { Writable } from "node:stream";

/** The reader of the output went away (`| head`): the command ends quietly. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

export interface Output {
  /** Resolves once the stream takes more. @throws OutputClosed */
  write(text: string | Uint8Array): Promise<void>;
  /** Aborts with OutputClosed when the reader goes away, also while nothing is written. */
  readonly closed: AbortSignal;
}

export function createOutput(stream: Writable): Output {
  const closed = new AbortController();
  const close = () => closed.abort(new OutputClosed("the output was closed"));
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (isClosedPipe(error)) close();
  });
  stream.on("close", close);
  return {
    closed: closed.signal,
    write: (text) =>
      new Promise((resolve, reject) => {
        if (closed.signal.aborted) return reject(closed.signal.reason as Error);
        const more = stream.write(text, (error) => {
          if (error) reject(isClosedPipe(error) ? new OutputClosed("the output was closed") : error);
          else if (!more) resolve();
        });
        if (more) resolve();
      }),
  };
}

function isClosedPipe(error: NodeJS.ErrnoException): boolean {
  return error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED" || error.code === "ERR_STREAM_WRITE_AFTER_END";
}
