import type { JsonObject } from "../../../core/json.js";
import type { AgentsUsage } from "./stream.js";
import { numberOf, objectOf } from "../telling/input.js";

/** What a `cost-state` line says that the session took in all; undefined where it does not say it in full. */
export function usageOf(line: JsonObject): AgentsUsage | undefined {
  const usd = numberOf(line["totalCostUSD"]);
  if (usd === undefined || usd < 0 || line["hasUnknownModelCost"] === true) return undefined;
  const models = Object.entries(objectOf(line["modelUsage"])).map(
    ([model, figures]) => [model, modelUsage(objectOf(figures))] as const,
  );
  return { usd, models: Object.fromEntries(models) };
}

function modelUsage(figures: JsonObject): AgentsUsage["models"][string] {
  const of = (key: string) => Math.max(0, numberOf(figures[key]) ?? 0);
  const long = of("cacheCreationEphemeral1hInputTokens");
  return {
    usd: of("costUSD"),
    tokens: {
      input: of("inputTokens"),
      output: of("outputTokens"),
      cacheRead: of("cacheReadInputTokens"),
      cacheWrite5m: Math.max(0, of("cacheCreationInputTokens") - long),
      cacheWrite1h: long,
      reasoning: of("thinkingTokens"),
    },
  };
}
