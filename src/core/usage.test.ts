import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonObject } from "./json.js";
import { initialMetadata, reduceMetadata, type Metadata } from "./metadata.js";
import { dayOf, otherKey, usageLimits, type Usage } from "./usage.js";

const at = "2026-11-22T22:47:49.000Z";

function fold(calls: readonly JsonObject[], from = initialMetadata("s"), timestamp = at): Metadata {
  return calls.reduce<Metadata>((metadata, call) => {
    const seq = metadata.eventCount + 1;
    return reduceMetadata(metadata, { type: "response", seq, timestamp, data: { type: "model_call", ...call } });
  }, from);
}

function usageOf(metadata: Metadata): Usage {
  return metadata["usage"] as Usage;
}

const tokens = { input: 1200, output: 42, cacheRead: 5000, cacheWrite5m: 300 };
const call = { callId: "r1", model: "m1", tokens, cost: { usd: 0.00814, source: "agent" } };

test("counts a call by model, agent and day, with every kind of token", () => {
  const metadata = fold([
    call,
    { ...call, callId: "r2", agentId: "a1", tokens: { ...tokens, cacheWrite1h: 7, reasoning: 2 } },
  ]);
  expect(metadata.tokenUsage).toEqual({
    input: 2400,
    output: 84,
    cacheRead: 10_000,
    cacheWrite5m: 600,
    cacheWrite1h: 7,
    reasoning: 2,
    total: 13_091,
  });
  expect(metadata.cost).toBe(0.01628);
  const { models, agents, days, calls, costSource } = usageOf(metadata);
  expect([calls, costSource, Object.keys(models), Object.keys(agents), Object.keys(days)]).toEqual([
    2,
    "agent",
    ["m1"],
    ["main", "a1"],
    ["2026-11-22"],
  ]);
  expect(agents["main"]).toEqual({ calls: 1, ...tokens, total: 6542, cost: 0.00814 });
});

test("has no usage until a model is asked", () => {
  const event = { type: "response", seq: 1, timestamp: at, data: { type: "assistant_message", text: "hi" } } as const;
  const metadata = reduceMetadata(initialMetadata("s"), event);
  expect([metadata["usage"], metadata.tokenUsage]).toEqual([undefined, { input: 0, output: 0, total: 0 }]);
});

test("adds to what a patch of the metadata counted", () => {
  const patched = reduceMetadata(initialMetadata("s"), {
    type: "metadata_updated",
    seq: 1,
    timestamp: at,
    data: { "tokenUsage.input": "+5", cost: 1 },
  });
  const metadata = fold([{ callId: "r", model: "m", tokens: { input: 10, output: 1 } }], patched);
  expect(metadata.tokenUsage).toEqual({ input: 15, output: 1, total: 16 });
  expect(metadata.cost).toBe(1);
});

test("a correction takes the place of what was counted before", () => {
  const first = {
    callId: "r1",
    model: "m1",
    agentId: "a1",
    tokens: { input: 10, output: 1 },
    cost: { usd: 0.5, source: "estimate" },
  };
  const { callId, agentId, ...before } = first;
  const correction = { ...call, agentId, replaces: { ...before, agentId, day: "2026-11-21" } };
  const metadata = fold([correction], fold([first], initialMetadata("s"), "2026-11-21T23:59:59Z"));
  const usage = usageOf(metadata);
  expect(callId).toBe("r1");
  expect([metadata.tokenUsage["total"], metadata.cost]).toEqual([6542, 0.00814]);
  expect([usage.calls, usage.costSource, usage.priced]).toEqual([1, "agent", { agent: 1, estimate: 0, none: 0 }]);
  expect(usage.days["2026-11-21"]).toEqual({ calls: 0, input: 0, output: 0, total: 0, cost: 0 });
  expect(usage.models["m1"]).toMatchObject({ calls: 1, total: 6542 });
});

test("says whose figures the cost is made of, and which calls have none", () => {
  const estimated = { ...call, cost: { usd: 1, source: "estimate" } };
  const unpriced = { callId: "r3", model: "m1", tokens };
  const failed = { callId: "r4", model: "m1", error: { message: "overloaded" } };
  expect(usageOf(fold([estimated])).costSource).toBe("estimate");
  expect(usageOf(fold([failed])).costSource).toBe(null);
  expect(usageOf(fold([call, estimated, unpriced, failed]))).toMatchObject({
    calls: 4,
    failed: 1,
    costSource: "mixed",
    priced: { agent: 1, estimate: 1, none: 1 },
  });
});

test("names the model that the main agent asked first", () => {
  expect(fold([{ callId: "r", model: "unknown" }, { callId: "r", model: "m0", agentId: "a" }, call]).model).toBe("m1");
  expect(fold([{ callId: "r", model: "m0", error: { message: "no" } }]).model).toBe(null);
});

test("sums what goes beyond its bounds under one key, where a correction finds it again", () => {
  const many = Array.from({ length: usageLimits.models + 3 }, (_, n) => ({ ...call, model: `m${n}` }));
  const metadata = fold(many);
  expect(Object.keys(usageOf(metadata).models)).toHaveLength(usageLimits.models + 1);
  expect(usageOf(metadata).models[otherKey]).toMatchObject({ calls: 3 });
  const last = many.at(-1)!;
  const corrected = fold([{ ...last, replaces: { ...last, day: dayOf(at) } }], metadata);
  expect(usageOf(corrected).models).toEqual(usageOf(metadata).models);
});

test("a model of a reserved name touches no prototype", () => {
  const usage = usageOf(
    fold([
      { ...call, model: "__proto__" },
      { ...call, model: "constructor" },
    ]),
  );
  expect(usage.models).toMatchObject({ [otherKey]: { calls: 2 } });
  expect(({} as JsonObject)["calls"]).toBeUndefined();
});

const number = fc.oneof(
  fc.nat(100_000),
  fc.constantFrom(-1, 1e-7, Number.MAX_SAFE_INTEGER),
  fc.string({ maxLength: 3 }),
  fc.constant(null),
);
const anyCall = fc.record(
  {
    callId: fc.constantFrom("a", "b"),
    model: fc.oneof(fc.constantFrom("m1", "m2", "", "__proto__"), fc.integer()),
    agentId: fc.constantFrom("x", "y"),
    tokens: fc.record({ input: number, output: number, cacheRead: number, cacheWrite1h: number }, { requiredKeys: [] }),
    cost: fc.record({ usd: number, source: fc.constantFrom("agent", "estimate", "?") }, { requiredKeys: [] }),
    error: fc.record({ message: fc.string({ maxLength: 3 }) }),
    replaces: fc.record({
      model: fc.constantFrom("m1", "m3"),
      day: fc.constantFrom("2026-01-01", "?"),
      tokens: fc.record({ input: number }),
    }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<JsonObject>;

test("folds to the same wherever the fold was stored and taken up again", () => {
  fc.assert(
    fc.property(fc.array(anyCall, { maxLength: 12 }), fc.nat(12), (calls, split) => {
      const stored = JSON.parse(JSON.stringify(fold(calls.slice(0, split)))) as Metadata;
      const whole = JSON.parse(JSON.stringify(fold(calls))) as Metadata;
      expect(JSON.parse(JSON.stringify(fold(calls.slice(split), stored)))).toEqual(whole);
    }),
  );
});

test("takes up what a person made of the usage by hand", () => {
  fc.assert(
    fc.property(fc.jsonValue(), anyCall, (usage, one) => {
      const metadata = fold([one], { ...initialMetadata("s"), usage } as Metadata);
      expect(usageOf(metadata).calls).toEqual(expect.any(Number));
      expect(Number.isFinite(metadata.cost)).toBe(true);
    }),
  );
});
