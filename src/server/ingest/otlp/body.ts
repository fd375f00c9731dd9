import { gunzip, inflate } from "node:zlib";
import { AppError } from "../../../core/errors.js";

const decoders: Record<string, typeof gunzip> = { gzip: gunzip, "x-gzip": gunzip, deflate: inflate };

/**
 * The body as it was before it was packed, at most `limit` bytes of it: a small body that unpacks to
 * a great one is given up on as soon as it gets there.
 *
 * @throws AppError `unsupported_media_type`, `body_too_large`, `invalid_input`
 */
export async function unpack(bytes: Buffer, encoding: string | undefined, limit: number): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() || "identity";
  if (name === "identity") return bytes;
  if (!Object.hasOwn(decoders, name)) {
    throw new AppError(
      "unsupported_media_type",
      `The body is encoded as '${name.slice(0, 40)}'. Send it as it is, or with Content-Encoding: gzip.`,
    );
  }
  return new Promise((resolve, reject) => {
    decoders[name]!(bytes, { maxOutputLength: limit }, (error, unpacked) => {
      if (!error) resolve(unpacked);
      else reject(isTooLarge(error) ? tooLarge(limit) : notPacked(name, error));
    });
  });
}

function isTooLarge(error: NodeJS.ErrnoException): boolean {
  return error.code === "ERR_BUFFER_TOO_LARGE";
}

function tooLarge(limit: number): AppError {
  const message = `The body unpacks to more than ${limit} bytes. Send smaller batches, or start the server with a larger --max-body.`;
  return new AppError("body_too_large", message);
}

function notPacked(name: string, cause: Error): AppError {
  return new AppError("invalid_input", `The body is not ${name}, though its Content-Encoding says so.`, { cause });
}
