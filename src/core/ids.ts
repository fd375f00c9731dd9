import { AppError } from "./errors.js";

export const sessionIdPattern = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

export const sessionIdRule =
  "must be 1 to 128 letters, digits, '.', '_' or '-', start with a letter or digit, and hold no '..'";

/**
 * The id itself.
 *
 * @throws AppError `invalid_session_id`, before any file is touched
 */
export function parseSessionId(value: string): string {
  if (sessionIdPattern.test(value)) return value;
  throw new AppError("invalid_session_id", `A session id ${sessionIdRule}.`, {
    issues: [{ path: "sessionId", message: sessionIdRule }],
  });
}

/** An id that a producer gives an event: visible ASCII without quotes and backslashes, so that it needs no escaping. */
export const eventIdPattern = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/;

export function isEventId(value: string): boolean {
  return eventIdPattern.test(value);
}

const tryOut = "claude-sessions-self-test-";

/** The id of a session that `connect` makes for a moment, to try a connection out. */
export function tryOutId(random: Uint8Array): string {
  return tryOut + encodeId(random);
}

export function isTryOutId(sessionId: string): boolean {
  return sessionId.startsWith(tryOut);
}

const alphabet = "0123456789abcdefghijkmnpqrstuvwxyz";

/** Random bytes as lower-case text that is easy to read aloud and to double-click; about 5 bits a byte. */
export function encodeId(random: Uint8Array): string {
  let id = "";
  for (const byte of random) id += alphabet[byte % alphabet.length];
  return id;
}
