import { isEventId } from "../../core/ids.js";
import { invalidInput } from "./parse.js";

/** Longest key: a batch appends `:<index>` to it and the result is still an event id. */
const maxKeyLength = 240;

/**
 * The event id that the header Idempotency-Key gives; quotes around it are dropped.
 *
 * @throws AppError `invalid_input`
 */
export function parseIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const key = header.length > 1 && header.startsWith('"') && header.endsWith('"') ? header.slice(1, -1) : header;
  if (key.length <= maxKeyLength && isEventId(key)) return key;
  const message = `must be 1 to ${maxKeyLength} visible ASCII characters without quotes and backslashes`;
  throw invalidInput([{ path: "Idempotency-Key", message }]);
}

/** The event id of the `index`th event of a request with this key. */
export function keyOf(key: string | undefined, index: number | undefined): string | undefined {
  return key === undefined || index === undefined ? key : `${key}:${index}`;
}
