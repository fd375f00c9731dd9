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

/** `key` is finite; text of any language survives. */
export function formatPageCursor({ key, id }: PageCursor): string {
  return btoa(asciiJson([key, id]))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/** `btoa` takes no character beyond Latin-1. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x00-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** @throws AppError `invalid_cursor` */
export function parsePageCursor(text: string): PageCursor {
  const [key, id] = parseArray(text);
  if ((typeof key !== "string" && !Number.isFinite(key)) || typeof id !== "string") throw invalidCursor();
  return { key: key as string | number, id };
}

function parseArray(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(atob(text.replaceAll("-", "+").replaceAll("_", "/")));
    return Array.isArray(value) ? value : [];
  } catch (error) {
    throw invalidCursor(error);
  }
}

function invalidCursor(cause?: unknown): AppError {
  return new AppError("invalid_cursor", "This cursor is not one that the server gave out. Start again without it.", {
    cause,
    issues: [{ path: "cursor", message: "is not a cursor of this server" }],
  });
}
