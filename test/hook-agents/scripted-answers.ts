import { isJsonObject, type JsonObject, type JsonValue } from "../../src/core/json.js";
import type { ContractCase, ExpectedRequest, ScriptedAnswer } from "./contract-case.js";

/** The answer that a case's server gives to each of the requests that it expects; undefined where it has none. */
export function answersOf({ server = [], expect }: ContractCase): [ExpectedRequest, ScriptedAnswer | undefined][] {
  const left = server.map((answer) => ({ answer, times: answer.times ?? 1 }));
  return (expect.requests ?? []).map((request) => {
    const next = left.find(({ answer, times }) => answer.on === request.request && times > 0);
    if (next) next.times -= 1;
    return [request, next?.answer.pass ? undefined : next?.answer];
  });
}

/** A value that the matcher takes. */
export function sampleOf(matcher: JsonValue, key = ""): JsonValue {
  if (key === "timestamp") return isJsonObject(matcher) ? "2026-01-02T03:04:05.000Z" : matcher;
  if (Array.isArray(matcher)) return matcher.map((item) => sampleOf(item));
  if (!isJsonObject(matcher)) return matcher;
  const [name] = Object.keys(matcher);
  if (name?.startsWith("$")) return sampleOfKind(name, matcher[name]!);
  return Object.fromEntries(Object.entries(matcher).map(([key, value]) => [key, sampleOf(value, key)]));
}

export const anyEvent: JsonObject = {
  type: "action",
  eventId: "any",
  timestamp: "2026-01-02T03:04:05.000Z",
  data: { type: "x" },
};

let count = 0;

function nextEvent(): JsonObject {
  return { ...anyEvent, eventId: `any-${(count += 1)}` };
}

function sampleOfKind(kind: string, of: JsonValue): JsonValue {
  if (kind === "$as") return `as-${String(of)}`;
  if (kind === "$length") return "x".repeat(Number(of));
  if (kind === "$match") return String(of).startsWith("^\\d{4}-") ? "2026-01-02T03:04:05.000Z" : "[x]";
  if (kind === "$any" && of === "string") return `any-${(count += 1)}`;
  if (kind === "$any") return of === "number" ? 1 : {};
  if (kind === "$partial" && isJsonObject(of)) return sampleOf("data" in of ? { ...nextEvent(), ...of } : of);
  throw new Error(`no sample of ${kind}`);
}
