import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonValue } from "./json.js";
import { keyRules, valueRules } from "./redaction-rules.js";
import { createRedactor } from "./redaction.js";

const casesFile = new URL("../../clients/contract/redaction-cases.json", import.meta.url);
const cases = JSON.parse(readFileSync(casesFile, "utf8").replaceAll("¦", "")) as { value: JsonValue }[];
const redact = createRedactor();

/** Pieces of secrets and of what stands around them, so that random texts come near to every rule. */
const pieces = [
  ...cases.flatMap(({ value }) => (typeof value === "string" ? [value, value.slice(0, 30), value.slice(-30)] : [])),
  ...valueRules.flatMap(({ hints = [] }) => hints),
  ..."\"'\\:=@?& \n[]-_.".split(""),
  "[redacted:",
  "[redacted:jwt]",
  "password",
  "token",
  "Authorization: ",
  "Bearer ",
  "Negotiate ",
  "://",
  "a1b2c3d4e5f6g7h8",
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 12 })), { maxLength: 8 })
  .map((parts) => parts.join(""));
const key = fc.oneof(
  fc.constantFrom(...keyRules.endings, ...keyRules.except, "tokens", "__proto__", "dbPassword"),
  text,
);
const json = fc.letrec<{ json: JsonValue }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.constantFrom<JsonValue>(null, true, 0, 1.5),
    fc.array(tie("json"), { maxLength: 4 }),
    fc.dictionary(key, tie("json"), { maxKeys: 4 }),
  ),
})).json;

/** The value with every text made the same. */
function shapeOf(value: JsonValue): JsonValue {
  if (typeof value === "string") return "";
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(shapeOf);
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, shapeOf(child)]));
}

test("redacting keeps the shape, and doing it again changes nothing", () => {
  fc.assert(
    fc.property(json, (value) => {
      const before = JSON.stringify(value);
      const once = redact(value);
      expect(redact(once)).toBe(once);
      expect(shapeOf(once)).toEqual(shapeOf(value));
      expect(JSON.stringify(value)).toBe(before);
    }),
    { numRuns: 1500 },
  );
});

test("a text is redacted as by each rule in turn, with no short cut", () => {
  fc.assert(
    fc.property(text, (value) => {
      expect(redact(value)).toBe(inTurn(value));
    }),
    { numRuns: 1500 },
  );
});

function inTurn(value: string): string {
  return valueRules.reduce((text, { name, pattern, ignoreCase, hints = [] }) => {
    if (!hints.some((hint) => text.includes(hint))) return text;
    return text.replace(
      new RegExp(pattern, ignoreCase ? "gi" : "g"),
      (_match, kept: unknown) => `${typeof kept === "string" ? kept : ""}[redacted:${name}]`,
    );
  }, value);
}

test("no pattern repeats without a bound", () => {
  const unbounded = valueRules.filter(({ pattern }) =>
    /(?:[\])}]|\\.)[*+]|\{\d+,\}/.test(pattern.replace(/\\.|\[(?:\\.|[^\]])*\]/g, "[]")),
  );
  expect(unbounded).toEqual([]);
});

test.for([
  ["a run of token characters", `sk-ant-${"a".repeat(6_000_000)}`],
  ["a private key of one line", `-----BEGIN PRIVATE KEY-----\n${"A".repeat(6_000_000)}`],
  ["many beginnings of private keys", "-----BEGIN PRIVATE KEY-----\nA: b\n".repeat(60_000)],
  ["many beginnings of tokens", "eyJ-sk-SG.ghp_AKIA".repeat(120_000)],
  ["many names and no value", "authorization=bearer cookie: a x-api-key: PASSWORD=".repeat(40_000)],
  ["many beginnings of URLs", `://${"a".repeat(120)}:`.repeat(16_000)],
  ["many quotes", '"api_key": "'.repeat(160_000)],
])("neither throws nor takes more than linear time for %s", ([, text]) => {
  expect(typeof redact(text!)).toBe("string");
});
