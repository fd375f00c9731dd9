import { isJsonObject, isUnsafeKey, type JsonObject, type JsonValue } from "./json.js";

/**
 * Sums of model calls. `total` is every token that was read or written, the cached ones included;
 * the counts that are not always there are left out while they are 0. `cost` is in US dollars.
 */
export interface UsageFigures extends JsonObject {
  calls: number;
  input: number;
  output: number;
  total: number;
  cost: number;
}

/**
 * Where a session's tokens and dollars went: by model, by agent (`main` for the session's own) and
 * by day (UTC). Each table holds at most as many keys as {@link usageLimits} says; whatever comes
 * beyond them is summed under {@link otherKey}.
 */
export interface Usage extends JsonObject {
  calls: number;
  /** Calls that the model answered with an error. */
  failed: number;
  /** How many calls have the agent's own figure, how many an estimate, and how many tokens but no price. */
  priced: { agent: number; estimate: number; none: number };
  /** Whose figures `cost` is made of; null while there are none. */
  costSource: "agent" | "estimate" | "mixed" | null;
  models: Record<string, UsageFigures>;
  agents: Record<string, UsageFigures>;
  days: Record<string, UsageFigures>;
}

export const usageLimits = { models: 64, agents: 128, days: 400 } as const;
export const otherKey = "(other)";
const mainAgent = "main";
/** The model of a call that does not say which it was. */
export const unknownModel = "unknown";

/** The part of the metadata that model calls add to. */
export interface UsageTotals {
  tokenUsage: JsonObject;
  cost: number;
  usage: JsonValue | undefined;
}

const tokenKinds = ["input", "output", "cacheRead", "cacheWrite5m", "cacheWrite1h", "reasoning"] as const;
type TokenKind = (typeof tokenKinds)[number];
const alwaysThere: ReadonlySet<string> = new Set(["calls", "input", "output", "total", "cost"]);

/** One model call, or what is taken back of one. */
interface Counted {
  sign: 1 | -1;
  model: string;
  agent: string;
  day: string;
  tokens: Record<TokenKind, number>;
  total: number;
  usd: number;
  source: "agent" | "estimate" | "none" | undefined;
  failed: boolean;
}

/**
 * The totals after a `model_call`. A call is an event of its own and counts once; a correction
 * (`replaces`) takes back what the call was counted with before, so that the fold remembers no calls.
 */
export function countModelCall(before: UsageTotals, call: JsonObject, timestamp: string): UsageTotals {
  const replaced = call["replaces"];
  const taken = isJsonObject(replaced)
    ? add(before, counted(replaced, -1, replaced["day"], replaced["failed"] === true))
    : before;
  return add(taken, counted(call, 1, dayOf(timestamp), isJsonObject(call["error"])));
}

/** The day (UTC) that something at `timestamp` counts on. */
export function dayOf(timestamp: string): string {
  const milliseconds = Date.parse(timestamp);
  return Number.isNaN(milliseconds) ? otherKey : new Date(milliseconds).toISOString().slice(0, 10);
}

function counted(call: JsonObject, sign: 1 | -1, day: JsonValue | undefined, failed: boolean): Counted {
  const given = isJsonObject(call["tokens"]) ? call["tokens"] : {};
  const tokens = Object.fromEntries(tokenKinds.map((kind) => [kind, amount(given[kind])])) as Counted["tokens"];
  const total = tokens.input + tokens.output + tokens.cacheRead + tokens.cacheWrite5m + tokens.cacheWrite1h;
  const cost = isJsonObject(call["cost"]) ? call["cost"] : undefined;
  return {
    sign,
    model: keyOf(call["model"], unknownModel),
    agent: keyOf(call["agentId"], mainAgent),
    day: keyOf(day, otherKey),
    tokens,
    total,
    usd: cost ? amount(cost["usd"]) : 0,
    source: priceSource(cost, total),
    failed,
  };
}

function priceSource(cost: JsonObject | undefined, total: number): Counted["source"] {
  if (cost === undefined || !Number.isFinite(cost["usd"])) return total > 0 ? "none" : undefined;
  return cost["source"] === "agent" ? "agent" : "estimate";
}

function add(before: UsageTotals, call: Counted): UsageTotals {
  const usage = isJsonObject(before.usage) ? before.usage : {};
  const priced = addPriced(isJsonObject(usage["priced"]) ? usage["priced"] : {}, call);
  const after: Usage = {
    ...usage,
    calls: sum(usage["calls"], call.sign),
    failed: sum(usage["failed"], call.failed ? call.sign : 0),
    priced,
    costSource: costSource(priced),
    models: addTo(usage["models"], call.model, usageLimits.models, call),
    agents: addTo(usage["agents"], call.agent, usageLimits.agents, call),
    days: addTo(usage["days"], call.day, usageLimits.days, call),
  };
  const { calls: _calls, cost: _cost, ...tokenUsage } = addFigures(before.tokenUsage, call);
  return { tokenUsage, cost: dollars(before.cost, call), usage: after };
}

function addPriced(before: JsonObject, { source, sign }: Counted): Usage["priced"] {
  const of = (name: "agent" | "estimate" | "none") => sum(before[name], source === name ? sign : 0);
  return { agent: of("agent"), estimate: of("estimate"), none: of("none") };
}

function costSource({ agent, estimate }: Usage["priced"]): Usage["costSource"] {
  if (agent > 0 && estimate > 0) return "mixed";
  if (agent > 0) return "agent";
  return estimate > 0 ? "estimate" : null;
}

/** A key that is there stays there, so that what was counted under it is found again. */
function addTo(
  table: JsonValue | undefined,
  wanted: string,
  limit: number,
  call: Counted,
): Record<string, UsageFigures> {
  const known = isJsonObject(table) ? table : {};
  const fits = Object.hasOwn(known, wanted) || Object.keys(known).length < limit;
  const key = fits ? wanted : otherKey;
  const figures = Object.hasOwn(known, key) && isJsonObject(known[key]) ? known[key] : {};
  return { ...known, [key]: addFigures(figures, call) } as Record<string, UsageFigures>;
}

function addFigures(before: JsonObject, call: Counted): UsageFigures {
  const after: JsonObject = { ...before };
  const put = (key: string, value: number) => {
    if (value !== 0 || alwaysThere.has(key) || Object.hasOwn(before, key)) after[key] = value;
  };
  put("calls", sum(before["calls"], call.sign));
  for (const kind of tokenKinds) put(kind, sum(before[kind], call.sign * call.tokens[kind]));
  put("total", sum(before["total"], call.sign * call.total));
  put("cost", dollars(before["cost"], call));
  return after as UsageFigures;
}

/** Rounded far below a token's price, so that a sum of dollars reads as one. */
function dollars(before: JsonValue | undefined, { sign, usd }: Counted): number {
  return Math.round(sum(before, sign * usd) * 1e10) / 1e10 + 0;
}

function sum(before: JsonValue | undefined, change: number): number {
  return (typeof before === "number" && Number.isFinite(before) ? before : 0) + change + 0;
}

function amount(value: JsonValue | undefined): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
}

const longestKey = 256;

function keyOf(value: JsonValue | undefined, fallback: string): string {
  if (typeof value !== "string" || value === "") return fallback;
  return isUnsafeKey(value) ? otherKey : value.slice(0, longestKey);
}
