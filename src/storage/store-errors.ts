import { AppError } from "../core/errors.js";

export function sessionNotFound(sessionId: string): AppError {
  return new AppError("session_not_found", `There is no session '${sessionId}'.`);
}

/** The answer while the medium fails: nothing was stored, and a retry makes sense once there is room. */
export function storageUnavailable(reason: string, cause?: unknown): AppError {
  return new AppError("storage_unavailable", `Writes are refused: ${reason}. Reads go on; retry in a moment.`, {
    cause,
    retryAfter: 2,
  });
}
