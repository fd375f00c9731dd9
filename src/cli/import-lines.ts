import { createHash } from "node:crypto";
import { AppError } from "../core/errors.js";
import type { NewEvent } from "../core/event.js";
import { sessionIdSchema } from "../core/schemas.js";
import { isJsonObject, type JsonObject } from "../core/json.js";
import { parseEvents } from "../server/input/events.js";

/** A line of an import: which session, and what to append to it. */
export interface ImportEvent extends NewEvent {
  sessionId: string;
  eventId: string;
}

/**
 * One line of an export as the event to append, by the rules that the server has for events. An
 * event without an id of its own gets one that follows from the line and its `place` (its number),
 * so that importing it again stores nothing.
 *
 * @throws Error with a message that completes "file:line: …"
 */
export function parseImportLine(text: string, place: number): ImportEvent {
  const line = parseObject(text);
  const sessionId = sessionIdSchema.safeParse(line["sessionId"]);
  if (!sessionId.success) {
    throw new Error(
      line["sessionId"] === undefined ? "has no sessionId" : `sessionId: ${sessionId.error.issues[0]!.message}`,
    );
  }
  const { type, data, timestamp, eventId } = parseEvent(line["eventId"] === "" ? withoutId(line) : text);
  return { sessionId: sessionId.data, type, data, timestamp, eventId: eventId ?? derivedId(place, text) };
}

function parseObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error("is not JSON", { cause });
  }
  if (!isJsonObject(value)) throw new Error("is not a JSON object");
  return value;
}

function parseEvent(text: string): NewEvent {
  try {
    return parseEvents(text, false, undefined).events[0]!;
  } catch (error) {
    const [issue] = error instanceof AppError ? error.issues : [];
    throw issue ? new Error(`${issue.path || "the line"}: ${issue.message}`, { cause: error }) : error;
  }
}

function withoutId({ eventId: _empty, ...line }: JsonObject): string {
  return JSON.stringify(line);
}

function derivedId(place: number, text: string): string {
  return `import-${createHash("sha256").update(`${place}\n${text}`).digest("base64url").slice(0, 32)}`;
}
