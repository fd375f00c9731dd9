import type { ModelCall } from "../../../core/activity.js";
import { responseEvent } from "../../../core/activity.js";
import { isJsonObject, type JsonObject } from "../../../core/json.js";
import { dayOf } from "../../../core/usage.js";
import type { TranscriptDeps } from "./deps.js";
import type { StoredCall, TranscriptIndex } from "./log-index.js";
import type { AgentsUsage } from "./stream.js";
import { loadEstimate, price } from "../cost.js";
import { correct } from "../otlp/correct.js";
import { eventIdFor, numberOf, objectOf } from "../telling/input.js";

/*
 * Claude Code writes down what a session took in all, by model; its transcript shows most of the calls
 * that made it up, without their price. The agent's own total holds: what no line shows (a summary for a
 * compaction, a title) becomes one more record of the model, and where the calls' prices are not the
 * agent's, each gets its share of the agent's.
 */

interface Reconciling {
  at: string | undefined;
  usage: AgentsUsage;
}

const kinds = ["input", "output", "cacheRead", "cacheWrite5m", "cacheWrite1h", "reasoning"] as const;
/** Prices that differ by less are the same price, rounded. */
const tolerance = 0.001;

/** Brings the session's usage to the agent's own figures. Resolves with how many events that took. */
export async function reconcile(
  deps: TranscriptDeps,
  index: TranscriptIndex,
  sessionId: string,
  { at, usage }: Reconciling,
): Promise<number> {
  const events: { event: ReturnType<typeof responseEvent>; seq: number | undefined }[] = [];
  const estimate = await loadEstimate();
  for (const [model, own] of Object.entries(usage.models)) {
    const calls = callsOf(index, model);
    const rest = restOf(own.tokens, calls);
    if (rest === undefined) continue;
    const guess = isNothing(rest) ? 0 : (estimate({ model, tokens: rest, provider: "anthropic" }, at) ?? 0);
    const { shares, forRest } = share(own.usd, calls, guess);
    for (const [call, usd] of shares) {
      const { callId, turn, agentId, tokens } = call.record;
      const record = present({
        type: "model_call",
        source: "claude-code",
        turn,
        agentId,
        callId,
        model,
        tokens,
        cost: { usd, source: "agent" },
      });
      events.push({ event: made(record, call.at), seq: call.seq });
    }
    const unseen = unseenCall(index, model, rest, forRest, at);
    if (unseen) events.push(unseen);
  }
  let stored = 0;
  for (const { event, seq } of events) stored += await store(deps, sessionId, event, seq);
  return stored + (await label(deps, sessionId, usage.usd, at));
}

const present = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject;

function made(record: JsonObject, at: string | undefined) {
  return responseEvent(record as unknown as ModelCall, eventIdFor("model-call", String(record["callId"])), at);
}

async function store(
  deps: TranscriptDeps,
  sessionId: string,
  event: ReturnType<typeof responseEvent>,
  seq: number | undefined,
): Promise<number> {
  const head = await deps.store.head(sessionId);
  if (seq === undefined) await deps.ingest.take(sessionId, { source: "claude-code", map: () => [event] });
  else await correct({ ...deps, price }, event, { sessionId, source: "claude-code", seq });
  return (await deps.store.head(sessionId)) - head;
}

/** The agent's own total, said to be that. */
async function label(
  deps: TranscriptDeps,
  sessionId: string,
  usd: number,
  timestamp: string | undefined,
): Promise<number> {
  const { events } = await deps.ingest.take(sessionId, {
    source: "claude-code",
    map: ({ session }) => {
      if (!session || objectOf(session.metadata["agentCost"])["usd"] === usd) return [];
      const data = { agentCost: { usd, source: "claude-code" } };
      return [{ type: "metadata_updated", data, ...(timestamp !== undefined && { timestamp }) }];
    },
  });
  return events.length;
}

const unseenId = (model: string) => `unseen:${model}`;

function callsOf({ calls }: TranscriptIndex, model: string): StoredCall[] {
  return [...calls.values()].filter(
    ({ record }) => record["model"] === model && record["callId"] !== unseenId(model) && isJsonObject(record["tokens"]),
  );
}

/** The tokens that no call shows; undefined where the agent counted fewer than there are, and so not all of them. */
function restOf(own: JsonObject, calls: readonly StoredCall[]): JsonObject | undefined {
  const rest: JsonObject = {};
  for (const kind of kinds) {
    const seen = calls.reduce((sum, { record }) => sum + (numberOf(objectOf(record["tokens"])[kind]) ?? 0), 0);
    rest[kind] = (numberOf(own[kind]) ?? 0) - seen;
  }
  const writes = Number(rest["cacheWrite5m"]) + Number(rest["cacheWrite1h"]);
  const isShort = ["input", "output", "cacheRead"].some((kind) => Number(rest[kind]) < 0) || writes < 0;
  if (isShort) return undefined;
  return Object.fromEntries(kinds.map((kind) => [kind, Math.max(0, Number(rest[kind]))]));
}

function isNothing(tokens: JsonObject): boolean {
  return kinds.every((kind) => tokens[kind] === 0);
}

/** What each call without a price of the agent's own gets of the agent's total, and what is left for the rest. */
function share(
  usd: number,
  calls: readonly StoredCall[],
  guess: number,
): { shares: [StoredCall, number][]; forRest: number } {
  const costOf = ({ record }: StoredCall) => objectOf(record["cost"]);
  const open = calls.filter((call) => costOf(call)["source"] !== "agent");
  const fixed = calls.reduce((sum, call) => sum + (open.includes(call) ? 0 : (numberOf(costOf(call)["usd"]) ?? 0)), 0);
  const left = Math.max(0, usd - fixed);
  const priced = open.reduce((sum, call) => sum + (numberOf(costOf(call)["usd"]) ?? 0), 0);
  const isAllPriced = open.every((call) => numberOf(costOf(call)["usd"]) !== undefined);
  const weightOf = (call: StoredCall) =>
    isAllPriced ? numberOf(costOf(call)["usd"])! : weigh(objectOf(call.record["tokens"]));
  const weights = open.reduce((sum, call) => sum + weightOf(call), 0) + (isAllPriced ? guess : 0);
  const factor = weights > 0 ? left / weights : 0;
  const isSame = isAllPriced && Math.abs(left - priced - guess) <= tolerance * Math.max(left, 1e-6);
  if (isSame || open.length === 0) return { shares: [], forRest: Math.max(0, left - priced) };
  const shares = open.map((call): [StoredCall, number] => [call, rounded(weightOf(call) * factor)]);
  return { shares, forRest: rounded(isAllPriced ? guess * factor : 0) };
}

function weigh(tokens: JsonObject): number {
  return kinds.reduce((sum, kind) => sum + (numberOf(tokens[kind]) ?? 0), 0);
}

function rounded(usd: number): number {
  return Math.round(usd * 1e10) / 1e10;
}

/** The record of what no line shows; it takes the place of what was held for that before. */
function unseenCall(index: TranscriptIndex, model: string, rest: JsonObject, usd: number, at: string | undefined) {
  const callId = unseenId(model);
  const before = index.calls.get(callId);
  const tokens = Object.fromEntries(
    Object.entries(rest).filter(([kind, count]) => count !== 0 || kind === "input" || kind === "output"),
  );
  const cost = { usd: rounded(usd), source: "agent" };
  if (!before && isNothing(rest)) return undefined;
  const record = {
    type: "model_call",
    source: "claude-code",
    callId,
    model,
    provider: "anthropic",
    tokens,
    cost,
    extra: { unseen: true },
  };
  if (!before) return { event: made(record, at), seq: undefined };
  const held = before.record;
  if (JSON.stringify([held["tokens"], held["cost"]]) === JSON.stringify([tokens, cost])) return undefined;
  const replaces = present({ model, day: dayOf(before.at), tokens: held["tokens"], cost: held["cost"] });
  const event = made({ ...record, replaces }, at);
  const count = [...index.seqs.keys()].filter((id) => id.startsWith(eventIdFor("model-call", callId))).length + 1;
  return { event: { ...event, eventId: eventIdFor("model-call", `${callId}#${count}`) }, seq: undefined };
}
