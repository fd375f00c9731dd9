import { describe, expect, test } from "vitest";
import type { EventType } from "./event.js";
import type { JsonObject } from "./json.js";
import { finalStatus, initialMetadata, reduceMetadata, type Metadata } from "./metadata.js";

const at = (seq: number) => new Date(Date.UTC(2026, 0, 31, 9, 30, seq)).toISOString();

/** The metadata after events of these types and data, with seqs from 1. */
function fold(...events: [EventType, JsonObject][]): Metadata {
  return events.reduce(
    (metadata, [type, data], index) =>
      reduceMetadata(metadata, { type, data, seq: index + 1, timestamp: at(index + 1) }),
    initialMetadata("s"),
  );
}

test("a new session has the metadata that clients expect", () => {
  const data = {
    userId: "ann",
    tags: ["nightly", 7],
    parentSession: "p",
    sandboxId: "box",
    initial: { config: { model: "m-1" } },
  };
  expect(fold(["session_created", data])).toEqual({
    sessionId: "s",
    userId: "ann",
    created: at(1),
    updated: at(1),
    status: "active",
    model: "m-1",
    tokenUsage: { input: 0, output: 0, total: 0 },
    cost: 0,
    metrics: { agentsSpawned: 0, toolCalls: 0, mcpCalls: 0, filesModified: 0, bashCommands: 0 },
    tags: ["nightly", "7"],
    parentSession: "p",
    subsessions: [],
    sandboxId: "box",
    eventCount: 1,
    lastEventAt: at(1),
    liveness: { status: "running", since: at(1) },
  });
});

test.each<JsonObject>([
  {},
  { userId: "", tags: "a", parentSession: 5, sandboxId: null, model: {}, initial: [] },
  { initial: { config: "m" } },
])("a session created with %j has nothing of what was not given", (data) => {
  expect(fold(["session_created", data])).toMatchObject({
    userId: null,
    model: null,
    tags: [],
    parentSession: null,
    sandboxId: null,
  });
});

test("a model that was given goes before the one of the configuration", () => {
  expect(fold(["session_created", { model: "m-2", initial: { config: { model: "m-1" } } }]).model).toBe("m-2");
});

describe("every event", () => {
  const types: EventType[] = [
    "action",
    "response",
    "state_updated",
    "goal_added",
    "goal_updated",
    "agent_spawned",
    "agent_completed",
  ];

  test.each([...types, "plan_changed" as EventType])("of type %s counts, and is the last activity", (type) => {
    const created = fold(["session_created", { userId: "ann" }]);
    expect(fold(["session_created", { userId: "ann" }], [type, { status: "failed" }])).toEqual({
      ...created,
      eventCount: 2,
      updated: at(2),
      lastEventAt: at(2),
    });
  });

  test("that arrives late does not take the session back, and one of a time to come counts from its receipt", () => {
    const created = fold(["session_created", {}]);
    const event = { type: "action" as const, data: { type: "note" }, seq: 2 };
    expect(reduceMetadata(created, { ...event, timestamp: at(0), receivedAt: at(5) }).updated).toBe(at(1));
    expect(reduceMetadata(created, { ...event, timestamp: at(3), receivedAt: at(5) }).updated).toBe(at(3));
    expect(reduceMetadata(created, { ...event, timestamp: at(9), receivedAt: at(5) }).updated).toBe(at(5));
  });

  test("that is held already changes nothing", () => {
    const metadata = fold(["session_created", {}], ["action", { type: "tool_call" }]);
    for (const seq of [0, 1, 2]) {
      expect(reduceMetadata(metadata, { type: "action", data: { type: "tool_call" }, seq, timestamp: at(9) })).toBe(
        metadata,
      );
    }
  });
});

describe("metrics", () => {
  test.each([
    ["task_spawn", "agentsSpawned"],
    ["tool_call", "toolCalls"],
    ["mcp_call", "mcpCalls"],
    ["file_write", "filesModified"],
    ["file_edit", "filesModified"],
    ["bash_exec", "bashCommands"],
  ])("%s counts as %s, and as nothing else", (type, counter) => {
    expect(fold(["action", { type }], ["action", { type }]).metrics).toEqual({
      ...initialMetadata("s").metrics,
      [counter]: 2,
    });
  });

  test.each(["other", "TOOL_CALL", "toString", "__proto__", "constructor", 5, null])(
    "an action of type %j counts as nothing",
    (type) => {
      expect(fold(["action", { type }]).metrics).toEqual(initialMetadata("s").metrics);
    },
  );

  test("a response never counts, and a counter that an edited snapshot spoilt starts again", () => {
    expect(fold(["response", { type: "tool_call" }]).metrics.toolCalls).toBe(0);
    const spoilt = { ...initialMetadata("s"), metrics: { toolCalls: "many" } } as unknown as Metadata;
    expect(
      reduceMetadata(spoilt, { type: "action", data: { type: "tool_call" }, seq: 1, timestamp: at(1) }).metrics
        .toolCalls,
    ).toBe(1);
  });
});

describe("finalizing", () => {
  test.each([
    [undefined, "completed"],
    ["success", "completed"],
    ["completed", "completed"],
    ["failed", "failed"],
    ["failure", "failed"],
    ["error", "failed"],
    ["cancelled", "cancelled"],
    ["active", "completed"],
    [5, "completed"],
    [null, "completed"],
  ])("with status %j leaves the session %s and ended", (status, expected) => {
    expect(finalStatus(status)).toBe(expected);
    const data: JsonObject = status === undefined ? {} : { status };
    expect(fold(["session_finalized", data])).toMatchObject({
      status: expected,
      liveness: { status: "ended", since: at(1) },
    });
  });

  test("is undone by a patch to active: the session runs again from then", () => {
    expect(fold(["session_finalized", {}], ["metadata_updated", { status: "active" }])).toMatchObject({
      status: "active",
      liveness: { status: "running", since: at(2) },
    });
  });

  test("is also what a patch of the status to an end means", () => {
    expect(fold(["metadata_updated", { status: "cancelled" }])).toMatchObject({
      status: "cancelled",
      liveness: { status: "ended", since: at(1) },
    });
  });
});

test("liveness that changes is dated, and one that stays keeps its date", () => {
  const waiting: [EventType, JsonObject] = [
    "metadata_updated",
    { liveness: { status: "waiting", reason: "a permission" } },
  ];
  expect(fold(["session_created", {}], waiting).liveness).toEqual({
    status: "waiting",
    reason: "a permission",
    since: at(2),
  });
  expect(fold(["session_created", {}], waiting, ["metadata_updated", { cost: 1 }], waiting).liveness.since).toBe(at(2));
});

test("subsessions of agents are listed once", () => {
  const spawned = (subsession: string | null): [EventType, JsonObject] => [
    "agent_spawned",
    { agentId: "a", subsession },
  ];
  expect(fold(spawned("x"), spawned("y"), spawned("x"), spawned(null), spawned("")).subsessions).toEqual(["x", "y"]);
});
