import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.js";
import { dayOf, unknownModel } from "../../core/usage.js";

/*
 * A model call is told of by several sources, each knowing some of it: a span its tokens, a log record
 * its price as well, a transcript the same call once a line. Whatever comes in whichever order, what
 * is known in the end is the same: the agent's own price outranks all else and brings its tokens
 * along; among equals the higher figure holds.
 */

const counts = ["input", "output", "cacheRead", "reasoning"] as const;

/** The figures of two records of one model call: the same in either order, and of a record with itself. */
export function joinCalls(a: JsonObject, b: JsonObject): JsonObject {
  const [rankA, rankB] = [rankOf(a), rankOf(b)];
  if (rankA !== rankB) {
    const upper = rankA > rankB ? a : b;
    return figuresOf(upper);
  }
  const cost = joinCosts(a["cost"], b["cost"]);
  return {
    ...(a["tokens"] || b["tokens"] ? { tokens: joinTokens(objectOf(a["tokens"]), objectOf(b["tokens"])) } : {}),
    ...(cost === undefined ? {} : { cost }),
  };
}

/** 2: with the agent's own price, 1: with tokens, 0: with neither. */
function rankOf(call: JsonObject): number {
  if (objectOf(call["cost"])["source"] === "agent") return 2;
  return isJsonObject(call["tokens"]) ? 1 : 0;
}

function figuresOf({ tokens, cost }: JsonObject): JsonObject {
  return { ...(tokens === undefined ? {} : { tokens }), ...(cost === undefined ? {} : { cost }) };
}

function joinTokens(a: JsonObject, b: JsonObject): JsonObject {
  const joined: JsonObject = {};
  for (const key of counts) {
    const most = Math.max(numberOf(a[key]), numberOf(b[key]));
    if (a[key] !== undefined || b[key] !== undefined) joined[key] = most;
  }
  // A source that does not know how long a cache lives counts all as 5 minutes: the two are one figure.
  const writes = compareWrites(a, b) >= 0 ? a : b;
  for (const key of ["cacheWrite5m", "cacheWrite1h"]) {
    if (a[key] !== undefined || b[key] !== undefined) joined[key] = numberOf(writes[key]);
  }
  return joined;
}

function compareWrites(a: JsonObject, b: JsonObject): number {
  const total = (tokens: JsonObject) => numberOf(tokens["cacheWrite5m"]) + numberOf(tokens["cacheWrite1h"]);
  return total(a) - total(b) || numberOf(a["cacheWrite1h"]) - numberOf(b["cacheWrite1h"]);
}

function joinCosts(a: JsonValue | undefined, b: JsonValue | undefined): JsonValue | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return numberOf(objectOf(a)["usd"]) >= numberOf(objectOf(b)["usd"]) ? a : b;
}

/**
 * The correction of a stored model call by a later record of it; undefined where that tells nothing
 * more of tokens, cost or the turn. `at` is when the stored one happened.
 */
export function correctionOf(stored: JsonObject, later: JsonObject, at: string): JsonObject | undefined {
  const figures = joinCalls(stored, later);
  if (rankOf(figures) === 1) delete figures["cost"];
  const isCounted =
    isSame(stored["tokens"], figures["tokens"]) &&
    (figures["cost"] === undefined || isSame(stored["cost"], figures["cost"]));
  if (isCounted && (stored["turn"] !== undefined || later["turn"] === undefined)) return undefined;
  const { replaces: _replaces, tokens: _tokens, cost: _cost, ...rest } = stored;
  const { replaces: _none, tokens: _more, cost: _price, ...told } = later;
  const model = rest["model"] === unknownModel ? told["model"] : rest["model"];
  return { ...told, ...rest, ...(model === undefined ? {} : { model }), ...figures, replaces: countedAs(stored, at) };
}

/** What the usage holds of a stored call. */
function countedAs(stored: JsonObject, at: string): JsonObject {
  const { model, agentId, tokens, cost, error } = stored;
  return {
    ...(model === undefined ? {} : { model }),
    ...(agentId === undefined ? {} : { agentId }),
    day: dayOf(at),
    ...(tokens === undefined ? {} : { tokens }),
    ...(cost === undefined ? {} : { cost }),
    ...(isJsonObject(error) ? { failed: true } : {}),
  };
}

function isSame(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (!isJsonObject(a) || !isJsonObject(b)) return a === b;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => (a[key] ?? 0) === (b[key] ?? 0));
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function numberOf(value: JsonValue | undefined): number {
  return typeof value === "number" ? value : 0;
}
