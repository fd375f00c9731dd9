import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { AppError } from "../../core/errors.js";

/** Reads a request's body as text, at most `limit` bytes of it. @throws AppError `body_too_large`, `invalid_json` */
export async function readBody(
  request: Request,
  incoming: IncomingMessage | undefined,
  limit: number,
): Promise<string> {
  return toText(await readBytes(request, incoming, limit));
}

/** A request's body as it came, at most `limit` bytes of it. @throws AppError `body_too_large` */
export function readBytes(request: Request, incoming: IncomingMessage | undefined, limit: number): Promise<Buffer> {
  return incoming ? readIncoming(incoming, limit) : readStream(request.body, limit);
}

/** @throws AppError `invalid_json` */
export function toText(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new AppError("invalid_json", "The body is not UTF-8. Send JSON as UTF-8.");
  const text = bytes.toString();
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function readIncoming(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(incoming.headers["content-length"]) > limit) return Promise.reject(tooLarge(limit));
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    incoming.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else {
        chunks = [];
        reject(tooLarge(limit));
      }
    });
    incoming.on("end", () => {
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
      chunks = [];
    });
    incoming.on("close", () => {
      if (!incoming.readableEnded)
        reject(new AppError("invalid_input", "The request ended before its body was complete."));
    });
    incoming.on("error", (cause) =>
      reject(new AppError("invalid_input", "The request's body could not be read.", { cause })),
    );
  });
}

async function readStream(body: ReadableStream<Uint8Array> | null, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(limit: number): AppError {
  return new AppError(
    "body_too_large",
    `The body is larger than ${limit} bytes. Send it in smaller parts, or start the server with a larger --max-body.`,
  );
}
