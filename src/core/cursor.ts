import { AppError } from "./errors.js";

/** A place in the log of all sessions: `epoch` names the log, `position` counts its entries from 1. */
export interface FeedCursor {
  epoch: string;
  position: number;
}

const feedCursorPattern = /^([0-9a-z]{1,32})\.([0-9a-z]{1,11})$/;

export function formatFeedCursor({ epoch, position }: FeedCursor): string {
  return `${epoch}.${position.toString(36)}`;
}

/** @throws AppError `invalid_cursor` */
export function parseFeedCursor(text: string): FeedCursor {
  const match = feedCursorPattern.exec(text);
  const position = match ? Number.parseInt(match[2]!, 36) : Number.NaN;
  if (!match || !Number.isSafeInteger(position)) throw invalidCursor();
  return { epoch: match[1]!, position };
}

/** Where a listing goes on: the sort key and the id of the last row that was shown. */
export interface PageCursor {
  key: string | number;
  id: string;
}

export function formatPageCursor({ key, id }: PageCursor): string {
  return btoa(JSON.stringify([key, id])).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @throws AppError `invalid_cursor` */
export function parsePageCursor(text: string): PageCursor {
  try {
    const [key, id] = JSON.parse(atob(text.replaceAll("-", "+").replaceAll("_", "/"))) as unknown[];
    if ((typeof key === "string" || typeof key === "number") && typeof id === "string") return { key, id };
  } catch (error) {
    throw invalidCursor(error);
  }
  throw invalidCursor();
}

function invalidCursor(cause?: unknown): AppError {
  return new AppError("invalid_cursor", "This cursor is not one that the server gave out. Start again without it.", {
    cause,
    issues: [{ path: "cursor", message: "is not a cursor of this server" }],
  });
}
