import type { Tokens } from "../core/activity.js";
import type { SessionEvent } from "../core/event.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../core/json.js";

/* Records are read as they come: a field that is not of the kind it should be counts as absent. */

export function textOf(value: JsonValue | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

export function numberOf(value: JsonValue | undefined): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

export function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** The type of an action or response itself; null for every other event. */
export function recordType({ type, data }: SessionEvent): string | null {
  return type === "action" || type === "response" ? (textOf(data["type"]) ?? "") : null;
}

/** Epoch milliseconds; NaN where the time is none. */
export function timeOf({ timestamp }: SessionEvent): number {
  return Date.parse(timestamp);
}

/** An error's message: of `{message}`, or a text. */
export function errorText(value: JsonValue | undefined): string | null {
  return textOf(value) ?? textOf(objectOf(value)["message"]);
}

export function tokensOf(value: JsonValue | undefined): Tokens {
  const given = objectOf(value);
  const tokens: Tokens = { input: count(given["input"]), output: count(given["output"]) };
  for (const kind of ["cacheRead", "cacheWrite5m", "cacheWrite1h", "reasoning"] as const) {
    const amount = count(given[kind]);
    if (amount > 0) tokens[kind] = amount;
  }
  return tokens;
}

export function addTokens(a: Tokens, b: Tokens, sign: 1 | -1 = 1): Tokens {
  const sum: Tokens = { input: a.input + sign * b.input, output: a.output + sign * b.output };
  for (const kind of ["cacheRead", "cacheWrite5m", "cacheWrite1h", "reasoning"] as const) {
    const amount = (a[kind] ?? 0) + sign * (b[kind] ?? 0);
    if (amount !== 0) sum[kind] = amount;
  }
  return sum;
}

function count(value: JsonValue | undefined): number {
  const number = numberOf(value);
  return number !== null && number > 0 ? number : 0;
}
