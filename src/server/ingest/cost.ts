import type { calcPrice } from "@pydantic/genai-prices";
import type { NewEvent } from "../../core/event.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.js";

/** US dollars for a model call at list price; undefined where its model has none. */
export type Estimate = (call: JsonObject, at: string | undefined) => number | undefined;

type Calculate = typeof calcPrice;

let loaded: Promise<{ calcPrice: Calculate }> | undefined;

/**
 * Estimates from the table of list prices that comes with `@pydantic/genai-prices`; nothing is
 * fetched. The table is loaded with the first call that needs it.
 */
export async function loadEstimate(): Promise<Estimate> {
  loaded ??= import("@pydantic/genai-prices");
  const prices = await loaded;
  return (call, at) => estimate(prices.calcPrice, call, at);
}

function estimate(calculate: Calculate, call: JsonObject, at: string | undefined): number | undefined {
  const { model, tokens } = call;
  if (typeof model !== "string" || !isJsonObject(tokens)) return undefined;
  const usage = usageOf(tokens);
  const timestamp = at === undefined || Number.isNaN(Date.parse(at)) ? {} : { timestamp: new Date(at) };
  const providerId = providerIdOf(call);
  try {
    const named = providerId === undefined ? null : calculate(usage, model, { ...timestamp, providerId });
    const usd = (named ?? calculate(usage, model, timestamp))?.total_price;
    return usd === undefined || !Number.isFinite(usd) ? undefined : Math.round(usd * 1e10) / 1e10;
  } catch {
    // A model that has no price for one of the kinds of tokens.
    return undefined;
  }
}

function providerIdOf({ provider }: JsonObject): string | undefined {
  const name = typeof provider === "string" ? provider.toLowerCase() : "";
  return Object.hasOwn(providerIds, name) ? providerIds[name] : undefined;
}

/** The table counts the cached tokens as a part of the input. */
function usageOf(tokens: JsonObject) {
  const [input, cacheRead, short, long] = ["input", "cacheRead", "cacheWrite5m", "cacheWrite1h"].map((kind) =>
    count(tokens[kind]),
  ) as [number, number, number, number];
  return {
    input_tokens: input + cacheRead + short + long,
    output_tokens: count(tokens["output"]),
    ...(cacheRead > 0 && { cache_read_tokens: cacheRead }),
    ...(short + long > 0 && { cache_write_tokens: short + long }),
    ...(long > 0 && { cache_write_1h_tokens: long }),
  };
}

function count(value: JsonValue | undefined): number {
  return typeof value === "number" && value > 0 ? value : 0;
}

/** What the table calls the providers that the GenAI conventions and OpenInference name otherwise. */
const providerIds: Record<string, string> = {
  anthropic: "anthropic",
  openai: "openai",
  google: "google",
  "gcp.gemini": "google",
  "gcp.gen_ai": "google",
  "gcp.vertex_ai": "google",
  vertexai: "google",
  "aws.bedrock": "aws",
  aws: "aws",
  azure: "azure",
  "azure.ai.inference": "azure",
  "azure.ai.openai": "azure",
  x_ai: "x-ai",
  xai: "x-ai",
  mistral_ai: "mistral",
  mistralai: "mistral",
  deepseek: "deepseek",
  groq: "groq",
  cohere: "cohere",
  perplexity: "perplexity",
};

/** The call with an estimate of its cost, where it has tokens and no price of its own. */
export function withEstimate(call: JsonObject, at: string | undefined, of: Estimate): JsonObject {
  if (!needsEstimate(call)) return call;
  const usd = of(call, at);
  return usd === undefined ? call : { ...call, cost: { usd, source: "estimate" } };
}

export function needsEstimate(record: JsonObject): boolean {
  return record["type"] === "model_call" && isJsonObject(record["tokens"]) && record["cost"] === undefined;
}

/** Estimates what a model call cost that does not say. */
export async function price<T extends NewEvent>(events: T[]): Promise<T[]> {
  if (!events.some(isUnpriced)) return events;
  const of = await loadEstimate();
  return events.map((event) => (isUnpriced(event) ? priced(event, of) : event));
}

/** The producer's own bytes are kept, and the cost put before them. */
function priced<T extends NewEvent>(event: T, of: Estimate): T {
  const data = withEstimate(event.data, event.timestamp, of);
  if (data === event.data || event.raw === undefined) return { ...event, data };
  return { ...event, data, raw: `{"cost":${JSON.stringify(data["cost"])},${event.raw.slice(1)}` };
}

/** Goes on with the events once they are priced, and at once where none of them needs it. */
export function whenPriced<R>(events: NewEvent[], goOn: (events: NewEvent[]) => Promise<R>): Promise<R> {
  return events.some(isUnpriced) ? price(events).then(goOn) : goOn(events);
}

function isUnpriced({ type, data }: NewEvent): boolean {
  return type === "response" && needsEstimate(data);
}
