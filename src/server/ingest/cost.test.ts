import { expect, test } from "vitest";
import { loadEstimate, needsEstimate, withEstimate } from "./cost.js";

const estimate = await loadEstimate();
const at = "2026-11-22T00:00:00Z";
const tokens = { input: 1200, output: 42, cacheRead: 5000, cacheWrite5m: 300 };

test("comes to the price that Claude Code itself comes to", () => {
  expect(estimate({ model: "claude-opus-5-5", provider: "anthropic", tokens }, at)).toBe(0.00814);
});

test("prices what is written to a cache for an hour apart from 5 minutes", () => {
  const hour = { input: 1200, output: 42, cacheRead: 5000, cacheWrite1h: 300 };
  const both = { ...tokens, cacheWrite5m: 200, cacheWrite1h: 100 };
  expect(estimate({ model: "claude-opus-5-5", tokens: hour }, at)).toBe(0.00904);
  expect(estimate({ model: "claude-opus-5-5", tokens: both }, at)).toBe(0.00844);
});

test("knows the providers by the names of the conventions", () => {
  const million = { input: 1_000_000, output: 0 };
  const pricedBy = (provider: string) =>
    estimate({ model: "us.anthropic.claude-sonnet-4-5-20250929-v1:0", provider, tokens: million }, at);
  expect(pricedBy("aws.bedrock")).toBeGreaterThan(0);
  expect(estimate({ model: "gemini-2.5-pro", provider: "gcp.gemini", tokens: million }, at)).toBe(2.5);
  expect(estimate({ model: "gpt-5", provider: "a gateway", tokens: million }, at)).toBe(1.25);
});

test("has no price for a model that it does not know, or a call that is none", () => {
  for (const model of ["no-such-model", "", "__proto__"]) expect(estimate({ model, tokens }, at)).toBeUndefined();
  expect(estimate({ model: "gpt-5" }, at)).toBeUndefined();
  expect(estimate({ model: "gpt-5", tokens: { input: "many", output: -1 } }, "no time")).toBe(0);
});

test("adds an estimate where there is no price, and says that it is one", () => {
  const call = { type: "model_call", model: "claude-opus-5-5", tokens };
  const own = { ...call, cost: { usd: 7, source: "agent" } };
  expect(withEstimate(call, at, estimate)["cost"]).toEqual({ usd: 0.00814, source: "estimate" });
  expect(withEstimate(own, at, estimate)).toBe(own);
  expect([call, own, { type: "tool_result", tokens }].map(needsEstimate)).toEqual([true, false, false]);
});
