import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { eventTypes } from "./event.js";
import {
  agentSchema,
  clientMessageSchema,
  completeAgentSchema,
  createSessionSchema,
  eventDataSchemas,
  eventsQuerySchema,
  finalizeSchema,
  goalPatchSchema,
  goalSchema,
  listQuerySchema,
  metadataPatchSchema,
  recordsQuerySchema,
  searchQuerySchema,
  statePatchSchema,
} from "./requests.js";

/** The dotted paths of what a schema finds wrong; none where it takes the value. */
function problems(schema: z.ZodType, value: unknown): string[] {
  const result = schema.safeParse(value);
  return result.success ? [] : result.error.issues.map(({ path }) => path.join("."));
}

describe("bodies", () => {
  test.each<[string, z.ZodType, unknown]>([
    ["create", createSessionSchema, {}],
    [
      "create",
      createSessionSchema,
      {
        sessionId: "s",
        userId: null,
        initial: { source: 1, config: { any: [] }, more: true },
        tags: ["t"],
        parentSession: "p",
      },
    ],
    ["finalize", finalizeSchema, { status: "success", outcome: [1], response: null }],
    ["goal", goalSchema, { description: "fly", priority: 1, anything: { kept: true } }],
    ["goal patch", goalPatchSchema, { status: "cancelled", note: "n" }],
    ["agent", agentSchema, { type: "explorer", parentAgentId: null, subsession: "s-2", more: 1 }],
    ["completion", completeAgentSchema, { status: "failed", result: { any: 1 }, more: 1 }],
    ["state patch", statePatchSchema, { phase: "x", currentStep: [1], workspace: { a: null }, more: null }],
    [
      "metadata patch",
      metadataPatchSchema,
      { cost: "+0.5", tokenUsage: { input: "-1" }, liveness: { status: "waiting", reason: "r" }, more: 1 },
    ],
  ])("%s takes what the contract shows, and keeps all of it", (_name, schema, body) => {
    expect(schema.parse(body)).toEqual(body);
  });

  test.each<[string, z.ZodType, unknown, string]>([
    ["create", createSessionSchema, { sessionId: "../x" }, "sessionId"],
    ["create", createSessionSchema, { tags: ["ok", 5] }, "tags.1"],
    ["create", createSessionSchema, { initial: { config: [] } }, "initial.config"],
    ["create", createSessionSchema, { eventId: "two words" }, "eventId"],
    ["finalize", finalizeSchema, { status: "done" }, "status"],
    ["goal", goalSchema, { status: "pending" }, "description"],
    ["goal", goalSchema, { description: "x", priority: {} }, "priority"],
    ["goal patch", goalPatchSchema, { status: "done" }, "status"],
    ["agent", agentSchema, { type: "" }, "type"],
    ["agent", agentSchema, { type: "a", subsession: ".." }, "subsession"],
    ["completion", completeAgentSchema, { status: "active" }, "status"],
    ["state patch", statePatchSchema, { phase: 5 }, "phase"],
    ["state patch", statePatchSchema, { workspace: [] }, "workspace"],
    ["metadata patch", metadataPatchSchema, { tokenUsage: { input: "many" } }, "tokenUsage.input"],
    ["metadata patch", metadataPatchSchema, { status: "done" }, "status"],
  ])("%s names the field that is wrong", (_name, schema, body, path) => {
    expect(problems(schema, body)).toEqual([path]);
  });

  test.each<[string, z.ZodType]>([
    ["create", createSessionSchema],
    ["finalize", finalizeSchema],
  ])("%s hears of a misspelling", (_name, schema) => {
    expect(schema.safeParse({ sttaus: 1 }).error?.issues).toMatchObject([
      { code: "unrecognized_keys", keys: ["sttaus"] },
    ]);
  });
});

describe("the data of an event", () => {
  test.each([
    ["session_created", { implicit: true, userId: "ann" }, { userId: 5 }, "userId"],
    ["goal_added", { goalId: "g", description: "" }, { description: "x" }, "goalId"],
    ["goal_updated", { goalId: "g" }, { status: "failed" }, "goalId"],
    ["agent_spawned", { agentId: "a", type: "t" }, { agentId: "a" }, "type"],
    ["agent_completed", { agentId: "a" }, { agentId: "a", status: "active" }, "status"],
    ["session_finalized", { anything: 1 }, { status: 5 }, "status"],
    ["state_updated", { anything: 1 }, { workspace: 1 }, "workspace"],
  ] as const)("of type %s must hold what the fold reads", (type, good, bad, path) => {
    const schema = eventDataSchemas[type]!;
    expect(problems(schema, good)).toEqual([]);
    expect(problems(schema, bad)).toEqual([path]);
  });

  test("is checked for every type but records and metadata, which have rules of their own", () => {
    expect(eventTypes.filter((type) => !(type in eventDataSchemas))).toEqual([
      "action",
      "response",
      "metadata_updated",
    ]);
  });
});

describe("queries", () => {
  test("are texts that become numbers, with a default and a most", () => {
    expect(listQuerySchema.parse({})).toEqual({ limit: 100 });
    expect(listQuerySchema.parse({ limit: "5", user: "ann" })).toEqual({ limit: 5, user: "ann" });
    expect(listQuerySchema.parse({ limit: "1000000" })).toEqual({ limit: 1000 });
    expect(recordsQuerySchema.parse({ after: "0", before: "7" })).toEqual({ limit: 1000, after: 0, before: 7 });
  });

  test.each(["0", "-1", "1.5", "many", "", "1e400", "NaN"])("refuse the limit %j", (limit) => {
    expect(problems(recordsQuerySchema, { limit })).toEqual(["limit"]);
  });

  test.each(["-1", "0.5", "x", "1e400"])("refuse the seq %j", (after) => {
    expect(problems(recordsQuerySchema, { after })).toEqual(["after"]);
  });

  test("take event types with commas", () => {
    expect(eventsQuerySchema.parse({ types: "action, goal_added" }).types).toEqual(["action", "goal_added"]);
    expect(eventsQuerySchema.safeParse({ types: "action,nope" }).error?.issues).toMatchObject([
      { path: ["types"], message: expect.stringContaining("must be of session_created, action") as string },
    ]);
  });

  test("search for something, in times that are times", () => {
    expect(searchQuerySchema.parse({ q: "wind", since: "2026-01-31" })).toEqual({
      q: "wind",
      since: "2026-01-31",
      limit: 20,
    });
    expect(problems(searchQuerySchema, {})).toEqual(["q"]);
    expect(problems(searchQuerySchema, { q: "", until: "later" })).toEqual(["q", "until"]);
  });
});

test.each([{ type: "subscribe", sessionId: "s", after: 0 }, { type: "unsubscribe" }, { type: "ping" }])(
  "a socket's client can say %j",
  (message) => {
    expect(clientMessageSchema.parse(message)).toEqual(message);
  },
);

test.each([
  { type: "subscribe" },
  { type: "subscribe", sessionId: ".." },
  { type: "subscribe", sessionId: "s", after: -1 },
  { type: "shout" },
  {},
  [],
  null,
  "ping",
])("a socket's client cannot say %j", (message) => {
  expect(clientMessageSchema.safeParse(message).success).toBe(false);
});
