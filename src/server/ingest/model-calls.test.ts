import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonObject } from "../../core/json.js";
import { correctionOf, joinCalls } from "./model-calls.js";

const at = "2026-11-22T22:47:49.000Z";
const figures = fc.record(
  {
    tokens: fc.record({ input: fc.nat(9), output: fc.nat(9), cacheWrite5m: fc.nat(9), cacheWrite1h: fc.nat(9) }),
    cost: fc.record({ usd: fc.nat(9), source: fc.constantFrom("agent", "estimate") }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<JsonObject>;

test("joins the records of a call to the same, in whichever order and however often they come", () => {
  fc.assert(
    fc.property(figures, figures, figures, (a, b, c) => {
      expect(joinCalls(a, b)).toEqual(joinCalls(b, a));
      expect(joinCalls(joinCalls(a, b), c)).toEqual(joinCalls(a, joinCalls(b, c)));
      expect(joinCalls(a, a)).toEqual(a);
    }),
  );
});

const spanned = {
  type: "model_call",
  callId: "r1",
  model: "m",
  stopReason: "end_turn",
  tokens: { input: 10, output: 5, cacheWrite5m: 300 },
};

test("takes the agent's own price, and the tokens that belong to it", () => {
  const logged = {
    ...spanned,
    turn: "t",
    tokens: { input: 10, output: 5, cacheWrite1h: 300 },
    cost: { usd: 0.1, source: "agent" },
  };
  const stored = { ...spanned, cost: { usd: 0.2, source: "estimate" } };
  expect(correctionOf(stored, logged, at)).toEqual({
    ...logged,
    stopReason: "end_turn",
    replaces: { model: "m", day: "2026-11-22", tokens: stored.tokens, cost: stored.cost },
  });
});

test("takes the higher of the counts that a call is told with", () => {
  const lines = [4, 9, 9, 2].map((output) => ({ ...spanned, tokens: { input: 10, output } }));
  const correction = correctionOf(lines[0]!, lines[1]!, at)!;
  expect(correction["tokens"]).toEqual({ input: 10, output: 9 });
  expect(correctionOf(correction, lines[2]!, at)).toBeUndefined();
  expect(correctionOf(correction, lines[3]!, at)).toBeUndefined();
});

test("tells nothing more where a record knows less, or the same in other words", () => {
  const stored = { ...spanned, turn: "t", cost: { usd: 0.1, source: "agent" } };
  expect(correctionOf(stored, spanned, at)).toBeUndefined();
  expect(correctionOf(stored, { ...stored, tokens: { ...spanned.tokens, cacheRead: 0 } }, at)).toBeUndefined();
});

test("places a call in its turn where the first record did not know it", () => {
  expect(correctionOf(spanned, { ...spanned, turn: "t" }, at)).toMatchObject({
    turn: "t",
    replaces: { tokens: spanned.tokens },
  });
});

test("replaces a failure as one", () => {
  const failed = { type: "model_call", callId: "r", model: "unknown", error: { message: "no" } };
  expect(correctionOf(failed, { ...failed, model: "m", turn: "t" }, at)).toMatchObject({
    model: "m",
    replaces: { failed: true },
  });
});
