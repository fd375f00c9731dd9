import * as z from "zod";
import type { EventType } from "./event.js";
import { eventIdSchema, eventTypeSchema, sessionIdSchema, timestampSchema } from "./schemas.js";
import type { JsonValue } from "./json.js";
import { sessionStatuses } from "./metadata.js";
import { agentStatuses, goalStatuses } from "./state.js";

/** Any JSON value. What it holds was checked when the body was parsed. */
const jsonSchema = z.custom<JsonValue>(() => true);
const jsonObjectSchema = z.record(z.string(), jsonSchema);
const nameSchema = z.string().min(1).max(256);

/** The id of a goal or an agent: the producer's own, or made by the server. */
export const partIdSchema = nameSchema;
export const userIdSchema = nameSchema;

const producerFields = {
  timestamp: timestampSchema.optional().describe("When it happened; the server's clock where absent"),
  eventId: eventIdSchema.optional().describe("Makes the write idempotent, as the header Idempotency-Key does"),
};

export const createSessionSchema = z
  .strictObject({
    sessionId: sessionIdSchema.optional().describe("Made by the server where absent"),
    userId: userIdSchema.nullable().optional(),
    initial: z
      .looseObject({
        source: jsonSchema.optional(),
        input: jsonSchema.optional(),
        config: jsonObjectSchema.nullable().optional(),
      })
      .optional()
      .describe("What the session starts from; kept as initial.json"),
    tags: z.array(z.string().min(1).max(256)).max(256).optional(),
    parentSession: sessionIdSchema.nullable().optional(),
    sandboxId: z.string().max(256).nullable().optional(),
    ...producerFields,
  })
  .meta({ id: "CreateSession" });

export const finalizeSchema = z
  .strictObject({
    status: z
      .enum(["success", "completed", "failed", "failure", "error", "cancelled"])
      .optional()
      .describe("`success` and nothing mean completed"),
    outcome: jsonSchema.optional(),
    response: jsonSchema.optional(),
    ...producerFields,
  })
  .meta({ id: "Finalize" });

export const reopenSchema = z.strictObject({ ...producerFields }).meta({ id: "Reopen" });

export const goalSchema = z
  .looseObject({
    description: z.string().min(1),
    goalId: partIdSchema.optional().describe("Made by the server where absent; `id` is another name of it"),
    status: z.enum(goalStatuses).optional(),
    priority: z.union([z.string(), z.number()]).nullable().optional(),
    ...producerFields,
  })
  .meta({ id: "NewGoal" });

export const goalPatchSchema = goalSchema.partial().omit({ goalId: true }).meta({ id: "GoalPatch" });

export const agentSchema = z
  .looseObject({
    type: nameSchema,
    agentId: partIdSchema.optional().describe("Made by the server where absent; `id` is another name of it"),
    status: z.enum(agentStatuses).optional(),
    task: jsonSchema.optional(),
    parentAgentId: partIdSchema.nullable().optional(),
    subsession: sessionIdSchema.nullable().optional().describe("The id of a session of the agent's own"),
    ...producerFields,
  })
  .meta({ id: "NewAgent" });

export const completeAgentSchema = z
  .looseObject({
    status: z.enum(["completed", "failed"]).optional(),
    result: jsonSchema.optional(),
    ...producerFields,
  })
  .meta({ id: "CompleteAgent" });

/** Where the process of an agent runs that says it is alive. */
export const heartbeatSchema = z
  .looseObject({
    pid: z.int().positive().optional(),
    host: z.string().max(256).optional().describe("The host name of the machine that the pid is of"),
  })
  .meta({ id: "Heartbeat" });

/** A JSON merge patch (RFC 7396) of the open part of a state. */
export const statePatchSchema = z
  .looseObject({
    phase: z.string().optional(),
    currentStep: jsonSchema.optional(),
    workspace: jsonObjectSchema.optional(),
  })
  .meta({ id: "StatePatch", description: "A JSON merge patch (RFC 7396): `null` removes a key" });

const counter = z.union([z.number(), z.string().regex(/^[+-]\d+(\.\d+)?$/, 'must be a number, or "+N" to add to it')]);
const countersSchema = z.record(z.string(), counter);

/** What the known fields of metadata take in a patch; any other key takes any value. */
export const metadataPatchFields = {
  userId: userIdSchema.nullable(),
  status: z.enum(sessionStatuses),
  model: z.string().nullable(),
  tokenUsage: countersSchema,
  cost: counter,
  metrics: countersSchema,
  tags: z.array(z.string()),
  parentSession: z.string().nullable(),
  subsessions: z.array(z.string()),
  sandboxId: z.string().nullable(),
  liveness: z.looseObject({ status: z.string().optional() }),
};

export const metadataPatchSchema = z
  .looseObject(metadataPatchFields)
  .partial()
  .meta({ id: "MetadataPatch", description: 'Keys may be dotted (`tokenUsage.input`); `"+N"` adds to a number' });

/** What the `data` of an event must hold for the fold, by type; `action` and `response` are records. */
export const eventDataSchemas: Partial<Record<EventType, z.ZodType>> = {
  session_created: z.looseObject({ ...createSessionSchema.omit({ timestamp: true, eventId: true }).shape }),
  goal_added: z.looseObject({ ...goalSchema.shape, goalId: partIdSchema, description: z.string() }),
  goal_updated: z.looseObject({ ...goalPatchSchema.shape, goalId: partIdSchema }),
  agent_spawned: z.looseObject({ ...agentSchema.shape, agentId: partIdSchema }),
  agent_completed: z.looseObject({ ...completeAgentSchema.shape, agentId: partIdSchema }),
  session_finalized: z.looseObject({ status: z.string().optional() }),
  state_updated: statePatchSchema,
};

const limit = (fallback: number, most: number) =>
  z.coerce
    .number({ error: "must be a whole number from 1 up" })
    .int()
    .min(1)
    .transform((value) => Math.min(value, most))
    .default(fallback)
    .meta({ type: "integer", minimum: 1, description: `${fallback} where absent; ${most} at most` });

const seqSchema = z.coerce
  .number({ error: "must be a seq: a whole number from 0 up" })
  .int()
  .min(0)
  .meta({ type: "integer", minimum: 0 });

const timeSchema = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), "must be an RFC 3339 time, such as 2026-01-31T09:30:00.000Z");

export const createQuerySchema = z.object({
  ifExists: z.enum(["resume"]).optional().describe("`resume`: an existing session is no conflict"),
});
export const sessionQuerySchema = z.object({ limit: limit(1000, 10_000) });
export const listQuerySchema = z.object({
  user: userIdSchema.optional(),
  status: z.enum(sessionStatuses).optional(),
  tag: z.string().min(1).optional(),
  parent: sessionIdSchema.optional(),
  limit: limit(100, 1000),
  cursor: z.string().min(1).optional().describe("`next` of the page before"),
});
export const pageQuerySchema = listQuerySchema.pick({ limit: true, cursor: true });
export const recentQuerySchema = z.object({ limit: limit(10, 1000) });
export const activeQuerySchema = z.object({ limit: limit(100, 1000) });
export const recordsQuerySchema = z.object({
  limit: limit(1000, 10_000),
  after: seqSchema.optional().describe("Only seqs above this, oldest first"),
  before: seqSchema.optional().describe("Only seqs below this"),
  type: z.string().min(1).optional().describe("Only records of this type; several with commas"),
});
export const eventsQuerySchema = z.object({
  limit: limit(1000, 10_000),
  after: seqSchema.optional().describe("Only seqs above this, oldest first; without it the newest"),
  before: seqSchema.optional().describe("Only seqs below this"),
  types: z
    .string()
    .min(1)
    .transform((text, context) => parseTypes(text, context))
    .optional()
    .describe("Only these event types, with commas"),
});
export const exportQuerySchema = z.object({ format: z.enum(["ndjson", "folder"]).default("ndjson") });
export const feedQuerySchema = z.object({
  cursor: z.string().min(1).optional().describe("Everything past this place first; without it, only what is new"),
  user: userIdSchema.optional(),
});
export const approvalQuerySchema = z.object({ session: sessionIdSchema.optional() });

/** A person's answer to an agent that asks for permission. */
export const decisionSchema = z
  .strictObject({
    decision: z.enum(["allow", "deny"]),
    reason: z.string().max(4000).optional().describe("Told to the agent where it is denied"),
  })
  .meta({ id: "Decision" });

/** What a hook's address may carry where the agent sends no headers. */
export const hookQuerySchema = z.object({
  user: z.string().optional(),
  tags: z.string().optional(),
  pid: z.string().optional(),
  host: z.string().optional(),
  approvals: z.coerce
    .number()
    .min(1)
    .max(3600)
    .optional()
    .describe("Seconds that a permission request waits for a person to answer it through the server"),
});
export const stateQuerySchema = z.object({ at: seqSchema.optional().describe("The state after that many events") });
export const searchQuerySchema = z.object({
  q: z.string({ error: "is missing: say what to search for" }).min(1, "is empty: say what to search for").max(1000),
  user: userIdSchema.optional(),
  session: sessionIdSchema.optional(),
  type: z.string().min(1).optional().describe("The type of the event, or the record's own"),
  since: timeSchema.optional(),
  until: timeSchema.optional(),
  limit: limit(20, 200),
  cursor: z.string().min(1).optional(),
});

export const usageQuerySchema = z.object({ days: limit(14, 366), user: userIdSchema.optional() });

function parseTypes(text: string, context: z.RefinementCtx): EventType[] {
  const parsed = z.array(eventTypeSchema).safeParse(text.split(",").map((type) => type.trim()));
  if (parsed.success) return parsed.data;
  context.addIssue({ code: "custom", message: `must be of ${eventTypeSchema.options.join(", ")}` });
  return z.NEVER;
}

/** What a WebSocket is opened with. */
export const socketQuerySchema = z.object({
  session: sessionIdSchema.optional().describe("One session; without it the socket carries all"),
  user: userIdSchema.optional().describe("Without `session`: only this user's sessions"),
  after: seqSchema.optional().describe("With `session`: everything past this seq first"),
  cursor: z.string().min(1).optional().describe("Without `session`: everything past this place first"),
});

/** What a client says on a WebSocket. */
export const clientMessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("subscribe"), sessionId: sessionIdSchema, after: z.int().min(0).optional() }),
  z.object({ type: z.literal("unsubscribe"), sessionId: sessionIdSchema.optional() }),
  z.object({ type: z.literal("ping") }),
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;
