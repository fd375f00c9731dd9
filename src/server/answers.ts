import * as z from "zod";
import { eventTypeSchema } from "../core/schemas.js";
import { sessionStatuses } from "../core/metadata.js";
import { agentStatuses, goalStatuses } from "../core/state.js";

/* What the API answers, for its description: the same names as in CONTRACT and in `core`. */

const json = z.custom(() => true);
const counters = z.record(z.string(), z.number());
const seq = z.int().describe("The event's place in the session's log");

export const writtenSchema = z
  .looseObject({ success: z.literal(true), seq, eventId: z.string() })
  .meta({ id: "Written" });

const writtenBatchSchema = z
  .looseObject({
    success: z.literal(true),
    count: z.int(),
    seq: seq.describe("The seq of the last event"),
    events: z.array(z.object({ seq, eventId: z.string() })).describe("One entry per event, in order"),
  })
  .meta({ id: "WrittenBatch" });

/** One event is answered with its place, a list with the places of all. */
export const writtenAnswerSchema = z.union([writtenSchema, writtenBatchSchema]);

export const createdSchema = z
  .looseObject({
    success: z.literal(true),
    sessionId: z.string(),
    path: z.string().nullable().describe("The session's folder, where the store has one"),
    seq,
    resumed: z.boolean().optional(),
  })
  .meta({ id: "CreatedSession" });

export const goalAnswerSchema = z
  .looseObject({
    success: z.literal(true),
    seq,
    goalId: z.string(),
    description: z.string(),
    status: z.enum(goalStatuses),
    created: z.string(),
    updated: z.string(),
  })
  .meta({ id: "Goal" });

export const agentAnswerSchema = z
  .looseObject({
    success: z.literal(true),
    seq,
    agentId: z.string(),
    type: z.string(),
    status: z.enum(agentStatuses),
    spawned: z.string(),
    completed: z.string().optional(),
  })
  .meta({ id: "Agent" });

export const stateAnswerSchema = z
  .looseObject({
    sessionId: z.string(),
    version: z.int(),
    seq,
    phase: z.string(),
    currentStep: json,
    workspace: z.record(z.string(), json),
    goals: z.array(z.looseObject({ goalId: z.string(), description: z.string(), status: z.enum(goalStatuses) })),
    agents: z.array(z.looseObject({ agentId: z.string(), type: z.string(), status: z.enum(agentStatuses) })),
  })
  .meta({ id: "State" });

export const metadataSchema = z
  .looseObject({
    sessionId: z.string(),
    userId: z.string().nullable(),
    created: z.string(),
    updated: z.string(),
    status: z.enum(sessionStatuses),
    model: z.string().nullable(),
    tokenUsage: counters,
    cost: z.number(),
    metrics: counters,
    tags: z.array(z.string()),
    parentSession: z.string().nullable(),
    subsessions: z.array(z.string()),
    sandboxId: z.string().nullable(),
    eventCount: z.int(),
    lastEventAt: z.string(),
    liveness: z.looseObject({ status: z.string(), since: z.string() }),
  })
  .meta({ id: "Metadata" });

export const recordAnswerSchema = z
  .looseObject({ seq, timestamp: z.string(), receivedAt: z.string(), eventId: z.string(), type: z.string() })
  .meta({ id: "Record", description: "A stored action or response: the producer's fields and the server's stamp" });

export const eventAnswerSchema = z
  .object({
    type: eventTypeSchema,
    sessionId: z.string(),
    seq,
    cursor: z.string().optional().describe("The place in the log of all sessions, where all are listened to"),
    timestamp: z.string(),
    receivedAt: z.string(),
    eventId: z.string(),
    data: z.record(z.string(), json),
  })
  .meta({ id: "Event" });

export const sessionAnswerSchema = z
  .object({
    metadata: metadataSchema,
    initial: z.record(z.string(), json),
    state: stateAnswerSchema,
    actions: z.array(recordAnswerSchema),
    responses: z.array(recordAnswerSchema),
    final: z.record(z.string(), json).nullable(),
    hasMore: z.boolean().describe("There are older actions or responses than those shown"),
  })
  .meta({ id: "Session" });

export const sessionListSchema = z
  .object({ sessions: z.array(metadataSchema), next: z.string().nullable().describe("The cursor of the page behind") })
  .meta({ id: "SessionList" });

export const statsSchema = z
  .looseObject({
    total: z.int(),
    active: z.int(),
    completed: z.int(),
    failed: z.int(),
    cancelled: z.int(),
    activeSessions: z.int(),
    completedSessions: z.int(),
    events: z.int(),
  })
  .meta({ id: "Stats" });

export const searchAnswerSchema = z
  .object({
    hits: z.array(
      z.object({
        sessionId: z.string(),
        userId: z.string().nullable(),
        seq,
        type: z.string(),
        timestamp: z.string(),
        snippet: z.string().describe("HTML-escaped text with `<mark>` around what matched"),
        score: z.number(),
      }),
    ),
    next: z.string().nullable(),
    lag: z.int().describe("Acknowledged events that are not searchable yet"),
  })
  .meta({ id: "SearchResults" });

export const healthSchema = z
  .looseObject({
    status: z.literal("ok"),
    version: z.string(),
    uptime: z.number().describe("Seconds"),
    websocket: z.object({ totalConnections: z.int(), users: z.int(), sessions: z.int() }),
    storage: z.string().describe("The storage folder"),
    writable: z.boolean(),
    disk: z.object({ free: z.number(), size: z.number() }).nullable().describe("Bytes; null where that is not known"),
  })
  .meta({ id: "Health" });

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe("What is wrong and what to do"),
    code: z.string().describe("Stable; branch on it"),
    error: z.string().describe("The same as `detail`"),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: "Problem", description: "A problem document (RFC 9457)" });
