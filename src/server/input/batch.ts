import { AppError } from "../../core/errors.js";
import type { NewEvent } from "../../core/event.js";
import { invalidInput, parseJson } from "./parse.js";

/** What a body of one or many events holds. */
export interface Batch {
  events: NewEvent[];
  /** The body was one object and not a list of them. */
  single: boolean;
}

/**
 * Makes an event of one item. `raw` is its JSON text where that stands on one line; `value` is
 * undefined where it was not parsed yet, and then `raw` is there. `index` is undefined for a single body.
 */
export type ToEvent = (value: unknown, raw: string | undefined, index: number | undefined) => NewEvent;

const maxBatch = 10_000;

/** Reads a body of one JSON object, a JSON array, or lines of JSON. @throws AppError */
export function parseBatch(text: string, ndjson: boolean, toEvent: ToEvent): Batch {
  if (ndjson) return { events: parseLines(text, toEvent), single: false };
  const value = parseWhole(text);
  if (!Array.isArray(value)) return { events: [toEvent(value, onOneLine(text), undefined)], single: true };
  checkSize(value.length);
  return { events: value.map((item: unknown, index) => toEvent(item, undefined, index)), single: false };
}

function parseWhole(text: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    if (!looksLikeLines(text)) throw cause;
    const message =
      "The body is not one JSON value. To send an event a line, add the header Content-Type: application/x-ndjson.";
    throw new AppError("invalid_json", message, { issues: [{ path: "", message: "is not JSON" }], cause });
  }
}

/** Each line an object of its own, as far as two lines tell. */
function looksLikeLines(text: string): boolean {
  return /^\s*\{[^\n]*\}[^\S\n]*\n\s*\{/.test(text);
}

function parseLines(text: string, toEvent: ToEvent): NewEvent[] {
  const events: NewEvent[] = [];
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, end).trim();
    if (line !== "") events.push(toEvent(undefined, line, events.length));
    start = end + 1;
  }
  checkSize(events.length);
  return events;
}

/** The text without what surrounds it, where it can be stored as a line. */
function onOneLine(text: string): string | undefined {
  const trimmed = text.trim();
  return trimmed.includes("\n") || trimmed.includes("\r") ? undefined : trimmed;
}

function checkSize(size: number): void {
  if (size === 0) throw invalidInput([{ path: "", message: "holds no event; send at least one" }]);
  if (size > maxBatch) {
    throw new AppError("body_too_large", `The body holds more than ${maxBatch} events. Send it in smaller parts.`);
  }
}
