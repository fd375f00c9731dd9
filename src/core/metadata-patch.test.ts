import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "./json.js";
import { derivedMetadataKeys, initialMetadata, patchMetadata, sessionStatuses, type Metadata } from "./metadata.js";

const now = "2026-01-31T09:30:00.000Z";
const before: Metadata = {
  ...initialMetadata("s"),
  userId: "ann",
  tokenUsage: { input: 10, output: 5, total: 15, cacheRead: 2 },
  cost: 1.5,
  tags: ["a"],
  team: { name: "blue", size: 3 },
};
const patched = (patch: JsonObject) => patchMetadata(before, patch, now);
/** As a body comes in: `__proto__` is a key like any other. */
const parsed = (text: string) => JSON.parse(text) as JsonObject;

describe("a dotted key", () => {
  test("reaches into objects and makes what is missing", () => {
    expect(patched({ "tokenUsage.input": 7, "team.name": "red", "x.y.z": 1 })).toEqual({
      ...before,
      tokenUsage: { ...before.tokenUsage, input: 7, total: 12 },
      team: { name: "red", size: 3 },
      x: { y: { z: 1 } },
    });
  });

  test("replaces what is no object on its way", () => {
    expect(patched({ "team.name.first": "x" })["team"]).toEqual({ name: { first: "x" }, size: 3 });
  });

  test("is a plain key inside of a value", () => {
    expect(patched({ team: { "a.b": 1 } })["team"]).toEqual({ name: "blue", size: 3, "a.b": 1 });
  });

  test.each([".a", "a.", "a..b", "", ".", "__proto__.x", "a.__proto__.x", "constructor.prototype.x", "a.prototype"])(
    "%j is passed over",
    (key) => {
      expect(patched({ [key]: 1 })).toEqual(before);
    },
  );

  test("takes 64 parts, and is passed over with more, however many", () => {
    expect(patched({ [`x${".y".repeat(63)}`]: 1 })).toHaveProperty("x");
    expect(patched({ [`x${".y".repeat(64)}`]: 1 })).toEqual(before);
    expect(patched({ [`x${".y".repeat(1_000_000)}`]: 1 })).toEqual(before);
  });
});

describe("a number", () => {
  test.each<[JsonObject, JsonObject]>([
    [
      { "tokenUsage.input": "+5", "tokenUsage.total": "+7" },
      { tokenUsage: { ...before.tokenUsage, input: 15, total: 22 } },
    ],
    [{ "tokenUsage.input": "+5" }, { tokenUsage: { ...before.tokenUsage, input: 15, total: 20 } }],
    [
      { tokenUsage: { output: "-2", cacheRead: "+1" } },
      { tokenUsage: { input: 10, output: 3, total: 13, cacheRead: 3 } },
    ],
    [{ cost: "+0.25" }, { cost: 1.75 }],
    [{ "team.size": "-3" }, { team: { name: "blue", size: 0 } }],
    [{ retries: "+1" }, { retries: 1 }],
  ])("is added to by %j", (patch, expected) => {
    expect(patched(patch)).toEqual({ ...before, ...expected });
  });

  test.each<[JsonObject, JsonObject]>([
    [{ "team.size": "5" }, { team: { name: "blue", size: "5" } }],
    [{ "team.size": "+5x" }, { team: { name: "blue", size: "+5x" } }],
    [{ "team.name": "+5" }, { team: { name: "+5", size: 3 } }],
    [{ userId: "+5" }, { userId: "+5" }],
  ])("is not what %j means", (patch, expected) => {
    expect(patched(patch)).toEqual({ ...before, ...expected });
  });

  test("never becomes what JSON cannot hold", () => {
    const huge = `+${"9".repeat(400)}`;
    expect(patched({ cost: huge, "tokenUsage.input": huge })).toEqual(before);
  });
});

test("null clears, a list replaces, an object merges", () => {
  expect(patched({ userId: null, tags: ["b"], team: { size: null } })).toEqual({
    ...before,
    userId: null,
    tags: ["b"],
    team: { name: "blue", size: null },
  });
  expect(patched({ team: null })["team"]).toBeNull();
  expect(patched({ fresh: { a: {} } })["fresh"]).toEqual({ a: {} });
});

test.each(derivedMetadataKeys)("%s is the server's", (key) => {
  expect(patched({ [key]: "mine", [`${key}.x`]: 1 })).toEqual(before);
});

test.each<JsonObject>([
  { userId: 5 },
  { model: {} },
  { parentSession: [] },
  { sandboxId: true },
  { status: "done" },
  { status: null },
  { cost: "much" },
  { cost: null },
  { tags: "a" },
  { tags: [1] },
  { "tags.0": "b" },
  { subsessions: {} },
  { tokenUsage: null },
  { tokenUsage: [] },
  { "tokenUsage.total": "all" },
  { metrics: 5 },
  { metrics: { toolCalls: null } },
  { liveness: "dead" },
  { liveness: { status: 5 } },
])("%j would break a known field, and changes nothing", (patch) => {
  expect(patched(patch)).toEqual(before);
});

test("what an edited snapshot lacks, a patch does not need", () => {
  const { liveness: _liveness, cost: _cost, ...rest } = before;
  const after = patchMetadata(
    { ...rest, tokenUsage: "?" } as unknown as Metadata,
    { "tokenUsage.input": 1, cost: "+1", "liveness.status": "waiting" },
    now,
  );
  expect(after).toMatchObject({
    cost: 1,
    tokenUsage: { input: 1, output: 0, total: 1 },
    liveness: { status: "waiting", since: now },
  });
});

test("an unsafe key changes no prototype, wherever it stands", () => {
  const patches = [
    '{"__proto__":{"hacked":1}}',
    '{"team":{"__proto__":{"hacked":1}}}',
    '{"constructor.prototype.hacked":1}',
    '{"team":{"constructor":{"prototype":{"hacked":1}}}}',
  ];
  for (const text of patches) {
    expect(patched(parsed(text))).toEqual(before);
    expect(({} as JsonObject)["hacked"]).toBeUndefined();
  }
});

test("any patch keeps the kinds of the known fields, the argument, and Object.prototype", () => {
  const names = [
    ...Object.keys(before),
    "tokenUsage.input",
    "metrics.x",
    "liveness.since",
    "__proto__",
    "__proto__.x",
    "a.constructor.x",
    "toString.x",
    "x",
  ];
  const values = fc.oneof(fc.jsonValue(), fc.constantFrom<JsonValue[]>("+1", "-2.5", "active", "failed", {}, [], null));
  const text = JSON.stringify(before);
  const clean = Object.getOwnPropertyNames(Object.prototype);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...names), values), { maxLength: 6 }), (entries) => {
      const after = patched(Object.fromEntries(entries) as JsonObject);
      expectKinds(after);
      expect(JSON.stringify(before)).toBe(text);
      expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(clean);
      expect(Object.getPrototypeOf(after)).toBe(Object.prototype);
    }),
  );
});

function expectKinds(metadata: Metadata): void {
  for (const text of [metadata.userId, metadata.model, metadata.parentSession, metadata.sandboxId]) {
    expect(text === null || typeof text === "string").toBe(true);
  }
  for (const list of [metadata.tags, metadata.subsessions]) {
    expect(list.every((item) => typeof item === "string")).toBe(true);
  }
  const { input, output, total } = metadata.tokenUsage;
  const { agentsSpawned, toolCalls, mcpCalls, filesModified, bashCommands } = metadata.metrics;
  expect(
    [input, output, total, agentsSpawned, toolCalls, mcpCalls, filesModified, bashCommands, metadata.cost].every(
      Number.isFinite,
    ),
  ).toBe(true);
  expect(sessionStatuses).toContain(metadata.status);
  expect([typeof metadata.liveness.status, typeof metadata.liveness.since]).toEqual(["string", "string"]);
  expect(metadata).toMatchObject({ sessionId: "s", created: "", updated: "", eventCount: 0, lastEventAt: "" });
}
