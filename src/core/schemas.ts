import * as z from "zod";
import { eventTypes } from "./event.js";
import { eventIdPattern, sessionIdPattern, sessionIdRule } from "./ids.js";
import type { JsonValue } from "./json.js";
import { toTimestamp } from "./timestamp.js";

export const sessionIdSchema = z.string().regex(sessionIdPattern, sessionIdRule);

export const eventIdSchema = z
  .string()
  .regex(eventIdPattern, "must be 1 to 256 visible ASCII characters without quotes and backslashes");

export const eventTypeSchema = z.enum(eventTypes);

/**
 * When something happened, as {@link toTimestamp} has it.
 */
export const timestampSchema = z.union([z.string().max(64), z.number()]).transform((value, context) => {
  const timestamp = toTimestamp(value);
  if (timestamp !== undefined) return timestamp;
  context.addIssue({ code: "custom", message: "must be an RFC 3339 time, such as 2026-01-31T09:30:00.000Z" });
  return z.NEVER;
});

const recordTypeSchema = z.string().min(1).max(256);

/** What `POST /api/actions/:id` and `…/responses` take: any object with a `type`. */
export const recordSchema = z.looseObject({
  type: recordTypeSchema,
  timestamp: timestampSchema.optional(),
  eventId: eventIdSchema.optional(),
});

/** What `POST /api/sessions/:id/events` takes, one or many. */
export const newEventSchema = z.strictObject({
  type: eventTypeSchema,
  data: z.record(z.string(), z.custom<JsonValue>()),
  timestamp: timestampSchema.optional(),
  eventId: eventIdSchema.optional(),
});
