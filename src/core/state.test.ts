import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EventType } from "./event.js";
import type { JsonObject, JsonValue } from "./json.js";
import { initialState, patchState, protectedStateKeys, reduceState, type State } from "./state.js";

const at = (seq: number) => new Date(Date.UTC(2026, 0, 31, 9, 30, seq)).toISOString();

/** The state after events of these types and data, with seqs from 1. */
function fold(...events: [EventType, JsonObject][]): State {
  return events.reduce(
    (state, [type, data], index) => reduceState(state, { type, data, seq: index + 1, timestamp: at(index + 1) }),
    initialState("s"),
  );
}

test("a new session has the state that clients expect", () => {
  expect(fold(["session_created", {}])).toEqual({
    sessionId: "s",
    version: 1,
    seq: 1,
    phase: "initialized",
    currentStep: null,
    workspace: { cwd: null },
    goals: [],
    agents: [],
  });
});

describe("versions", () => {
  test.each(["session_created", "state_updated", "goal_added", "agent_spawned"] as const)(
    "%s makes a new version",
    (type) => {
      expect(fold([type, {}])).toMatchObject({ seq: 1, version: 1 });
    },
  );

  test.each(["action", "response", "metadata_updated", "session_finalized"] as const)(
    "%s moves the seq alone",
    (type) => {
      expect(fold([type, { type: "note", phase: "other" }])).toEqual({ ...initialState("s"), seq: 1 });
    },
  );

  test("a type of a later release moves the seq alone", () => {
    expect(fold(["plan_changed" as EventType, { phase: "other" }])).toEqual({ ...initialState("s"), seq: 1 });
  });

  test("an event that the state holds already changes nothing", () => {
    const state = fold(["session_created", {}], ["goal_added", { goalId: "g" }]);
    for (const seq of [0, 1, 2]) {
      expect(reduceState(state, { type: "goal_added", data: { goalId: "h" }, seq, timestamp: at(9) })).toBe(state);
    }
  });
});

describe("state_updated", () => {
  test("merges, adds any key, and removes with null", () => {
    const state = fold(
      ["state_updated", { phase: "plan", workspace: { branch: "main" }, plan: { steps: 3, draft: true } }],
      ["state_updated", { plan: { draft: null }, currentStep: { name: "read" } }],
    );
    expect(state).toMatchObject({
      phase: "plan",
      workspace: { cwd: null, branch: "main" },
      currentStep: { name: "read" },
      plan: { steps: 3 },
    });
    expect(state["plan"]).not.toHaveProperty("draft");
    expect(patchState(state, { plan: null, currentStep: null })).not.toHaveProperty("plan");
    expect(patchState(state, { currentStep: null }).currentStep).toBeNull();
  });

  test.each(protectedStateKeys)("leaves %s alone", (key) => {
    const state = fold(["goal_added", { goalId: "g" }]);
    for (const value of [null, 7, [], "other"]) expect(patchState(state, { [key]: value })).toEqual(state);
  });

  test.each([
    ["phase", null],
    ["phase", 5],
    ["workspace", null],
    ["workspace", []],
    ["workspace", "/tmp"],
  ])("keeps %s where a patch says %j", (key, value) => {
    const state = fold(["state_updated", { phase: "plan", workspace: { cwd: "/w" } }]);
    expect(patchState(state, { [key]: value })).toEqual(state);
  });

  test("keeps the kinds of the known fields, the argument and the prototypes, whatever the patch", () => {
    const state = fold(["goal_added", { goalId: "g" }], ["agent_spawned", { agentId: "a" }]);
    const text = JSON.stringify(state);
    const keys = fc.constantFrom(
      "phase",
      "workspace",
      "currentStep",
      "goals",
      "version",
      "__proto__",
      "constructor",
      "x",
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, fc.jsonValue()), { maxLength: 5 }), (entries) => {
        const patched = patchState(state, Object.fromEntries(entries) as JsonObject);
        expect(patched).toMatchObject({ sessionId: "s", seq: 2, version: 2, goals: state.goals, agents: state.agents });
        expect(typeof patched.phase).toBe("string");
        expect(Object.getPrototypeOf(patched.workspace)).toBe(Object.prototype);
        expect(Object.getPrototypeOf(patched)).toBe(Object.prototype);
        expect(JSON.stringify(state)).toBe(text);
        expect(({} as JsonObject)["x"]).toBeUndefined();
      }),
    );
  });
});

describe("goals", () => {
  test("are added with what was given and what was not", () => {
    const { goals } = fold(
      ["goal_added", { goalId: "g", description: "fly", status: "in_progress", priority: "high", created: "x" }],
      ["goal_added", { goalId: 7 }],
    );
    expect(goals).toEqual([
      { goalId: "g", description: "fly", status: "in_progress", priority: "high", created: at(1), updated: at(1) },
      { goalId: "7", description: "", status: "pending", created: at(2), updated: at(2) },
    ]);
  });

  test.each(["pending", "in_progress", "completed", "failed", "cancelled"])("take the status %s", (status) => {
    expect(fold(["goal_added", { goalId: "g" }], ["goal_updated", { goalId: "g", status }]).goals[0]).toMatchObject({
      status,
      created: at(1),
      updated: at(2),
    });
  });

  test.each<[JsonValue]>([["done"], [null], [1], ["Completed"]])("keep their status where it is to be %j", (status) => {
    expect(fold(["goal_added", { goalId: "g", status }]).goals[0]?.status).toBe("pending");
    expect(
      fold(["goal_added", { goalId: "g", status: "failed" }], ["goal_updated", { goalId: "g", status }]).goals[0]
        ?.status,
    ).toBe("failed");
  });

  test("keep what an update cannot mean", () => {
    const [goal] = fold(
      ["goal_added", { goalId: "g", description: "fly" }],
      ["goal_updated", { goalId: "g", created: "x", updated: "x", description: null, note: 1 }],
    ).goals;
    expect(goal).toEqual({
      goalId: "g",
      description: "fly",
      status: "pending",
      note: 1,
      created: at(1),
      updated: at(2),
    });
  });

  test("that are unknown are passed over", () => {
    const goals = fold(
      ["goal_added", { goalId: "g" }],
      ["goal_updated", { goalId: "h", status: "failed" }],
      ["goal_updated", {}],
    ).goals;
    expect(goals).toMatchObject([{ goalId: "g", status: "pending" }]);
  });

  test("of the same id: an update means the newest", () => {
    const { goals } = fold(
      ["goal_added", { goalId: "g" }],
      ["goal_added", { goalId: "g" }],
      ["goal_updated", { goalId: "g", status: "completed" }],
    );
    expect(goals.map(({ status }) => status)).toEqual(["pending", "completed"]);
  });
});

describe("agents", () => {
  test("are spawned with what was given and what was not", () => {
    const { agents } = fold(
      ["agent_spawned", { agentId: "a", type: "explorer", parentAgentId: "b", spawned: "x" }],
      ["agent_spawned", { agentId: 7, type: null, status: "lost" }],
    );
    expect(agents).toEqual([
      { agentId: "a", type: "explorer", parentAgentId: "b", status: "active", spawned: at(1) },
      { agentId: "7", type: "agent", status: "active", spawned: at(2) },
    ]);
  });

  test.each<[JsonValue | undefined, string]>([
    [undefined, "completed"],
    ["completed", "completed"],
    ["failed", "failed"],
    ["active", "completed"],
    ["lost", "completed"],
  ])("that complete with status %j are %s", (status, expected) => {
    const data: JsonObject = status === undefined ? { agentId: "a" } : { agentId: "a", status };
    expect(fold(["agent_spawned", { agentId: "a", type: "explorer" }], ["agent_completed", data]).agents).toEqual([
      { agentId: "a", type: "explorer", status: expected, spawned: at(1), completed: at(2) },
    ]);
  });

  test("keep what a completion cannot mean, and take its result", () => {
    const spawned: [EventType, JsonObject] = ["agent_spawned", { agentId: "a", type: "explorer" }];
    expect(
      fold(spawned, ["agent_completed", { agentId: "a", type: 5, spawned: "x", completed: "x", result: { ok: true } }])
        .agents,
    ).toEqual([
      { agentId: "a", type: "explorer", status: "completed", spawned: at(1), completed: at(2), result: { ok: true } },
    ]);
    expect(fold(spawned, ["agent_completed", { agentId: "a", type: "reader" }]).agents[0]?.type).toBe("reader");
  });

  test("that are unknown are passed over", () => {
    expect(fold(["agent_spawned", { agentId: "a" }], ["agent_completed", { agentId: "b" }]).agents).toMatchObject([
      { agentId: "a", status: "active" },
    ]);
  });

  test("of the same id: a completion means the newest", () => {
    const { agents } = fold(
      ["agent_spawned", { agentId: "a" }],
      ["agent_spawned", { agentId: "a" }],
      ["agent_completed", { agentId: "a" }],
    );
    expect(agents.map(({ status }) => status)).toEqual(["active", "completed"]);
  });
});
