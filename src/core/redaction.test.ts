import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "./json.js";
import { keyRules, valueRules } from "./redaction-rules.js";
import { createRedactor } from "./redaction.js";

interface RedactionCase {
  name: string;
  value: JsonValue;
  redacted?: JsonValue;
}

const shared = new URL("../../clients/contract/", import.meta.url);
const rulesText = readFileSync(new URL("redaction-rules.json", shared), "utf8");
const casesText = readFileSync(new URL("redaction-cases.json", shared), "utf8");
const cases = JSON.parse(casesText.replaceAll("¦", "")) as RedactionCase[];
const redact = createRedactor();

test("the rules are those of clients/contract", () => {
  const { values, keys } = JSON.parse(rulesText) as Record<string, unknown>;
  expect({ values: valueRules, keys: keyRules }).toEqual({ values, keys });
});

describe("the cases of clients/contract", () => {
  test.for(cases)("$name", ({ value, redacted }) => {
    expect(redact(value)).toEqual(redacted ?? value);
    expect(redact(redact(value))).toEqual(redacted ?? value);
  });

  test("show every rule at work", () => {
    const shown = new Set([...casesText.matchAll(/\[redacted:([a-z0-9-]+)\]/g)].map(([, name]) => name));
    expect(valueRules.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
  });
});

describe("what a redactor returns", () => {
  test("is the very value where that holds no secret", () => {
    const value = { type: "tool_call", input: { list: ["a", { b: "c" }], tokens: 12 } };
    expect(redact(value)).toBe(value);
  });

  test("shares with the value what holds no secret, and leaves the value alone", () => {
    const value = { kept: { a: ["b"] }, password: "hunter2" };
    const redacted = redact(value) as typeof value;
    expect(redacted.kept).toBe(value.kept);
    expect(value.password).toBe("hunter2");
  });

  test("keeps what is called __proto__ an ordinary key", () => {
    const value = JSON.parse('{"__proto__":{"password":"hunter2"}}') as JsonValue;
    expect(JSON.stringify(redact(value))).toBe('{"__proto__":{"password":"[redacted:password]"}}');
    expect(({} as { password?: string }).password).toBeUndefined();
  });

  test("holds nothing from deeper than anything that is stored", () => {
    const deep = (depth: number): JsonValue =>
      JSON.parse('{"a":'.repeat(depth) + '"sk"' + "}".repeat(depth)) as JsonValue;
    expect(redact(deep(200))).toEqual(deep(200));
    expect(JSON.stringify(redact(deep(5000)))).toContain('"[redacted:depth]"');
    expect(JSON.stringify(redact({ password: deep(5000) }))).toContain('"[redacted:depth]"');
  });

  test.for(secrets())("finds %s wherever it stands in a longer text", ([, value]) => {
    const expected = redact(value) as string;
    for (let before = 0; before < 40; before++) {
      const [start, end] = ["the ".repeat(before).slice(-before || 4), " end"];
      const text = `${start.slice(0, -1)} ${value}${end}`;
      expect(redact(text)).toBe(`${start.slice(0, -1)} ${expected}${end}`);
    }
  });
});

/** The cases that are one secret within plain words. */
function secrets(): [string, string][] {
  return cases.flatMap(({ name, value, redacted }) => {
    const isAlone = typeof value === "string" && String(redacted).startsWith("the key is [redacted:");
    return isAlone ? [[name, value.slice("the key is ".length, -", use it".length)] satisfies [string, string]] : [];
  });
}

describe("further rules", () => {
  test("find a value by a pattern, and keep its first group", () => {
    const own = createRedactor({ values: [{ name: "badge", pattern: "(badge )[0-9]{4}" }] });
    expect(own("my badge 1234")).toBe("my badge [redacted:badge]");
    expect(own(`badge 1234 ghp_${"a1".repeat(18)}`)).toBe("badge [redacted:badge] [redacted:github]");
  });

  test("find a key however it is written, also where it is usually none", () => {
    const own = createRedactor({ keys: ["Employee-Number", "page_token", "-"] });
    expect(own({ employeeNumber: "7", pageToken: "x", other: "y" })).toEqual({
      employeeNumber: "[redacted:employeenumber]",
      pageToken: "[redacted:pagetoken]",
      other: "y",
    });
  });

  test("are refused where a pattern is none", () => {
    expect(() => createRedactor({ values: [{ name: "bad", pattern: "(" }] })).toThrow(SyntaxError);
  });

  test("hold after more keys than are remembered", () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}_password`, "x"]));
    expect(new Set(Object.values(redact(many) as object))).toEqual(new Set(["[redacted:password]"]));
    const long = `${"k".repeat(500)}_password`;
    expect(redact({ [long]: "x" })).toEqual({ [long]: "[redacted:password]" });
  });
});
