import type { JsonObject, JsonValue } from "./json.js";
import { keyRules, valueRules, type ValueRule } from "./redaction-rules.js";
import { createTextRedactor } from "./redaction-text.js";

export interface RedactionOptions {
  /** Further patterns, tried after the usual ones. */
  values?: readonly ValueRule[];
  /** Further names of keys; `_`, `-`, `.`, spaces and case do not matter. A key that ends with one is meant too. */
  keys?: readonly string[];
}

/** The value without its secrets: the very same one where it holds none. Never throws, and changes no argument. */
export type Redactor = (value: JsonValue) => JsonValue;

/** Deeper than anything that is stored; what lies below is taken out as a whole. */
const maxDepth = 256;
const rememberedKeys = 4096;
const placeholder = /^\[redacted:[A-Za-z0-9_-]{1,64}\]$/;

/**
 * Puts `[redacted:<rule>]` in the place of secrets: by what a text looks like (only that part of it),
 * and by the name of its key (every text under it). Shape, numbers, booleans and keys stay.
 * Applying it again changes nothing. The rules are those of every hook agent: clients/contract.
 */
export function createRedactor(options: RedactionOptions = {}): Redactor {
  const redactText = createTextRedactor([...valueRules, ...(options.values ?? [])]);
  const ruleOfKey = createKeyMatcher(options.keys ?? []);

  function redact(value: JsonValue, depth: number): JsonValue {
    if (typeof value === "string") return redactText(value);
    if (typeof value !== "object" || value === null) return value;
    if (depth > maxDepth) return "[redacted:depth]";
    if (Array.isArray(value)) return mapArray(value, (item) => redact(item, depth + 1));
    return mapObject(value, (child, key) => {
      if (typeof child !== "string" && (typeof child !== "object" || child === null)) return child;
      const rule = ruleOfKey(key);
      return rule === undefined ? redact(child, depth + 1) : redactAll(child, `[redacted:${rule}]`, depth + 1);
    });
  }
  return (value) => redact(value, 1);
}

function redactAll(value: JsonValue, by: string, depth: number): JsonValue {
  if (typeof value === "string") return value === "" || placeholder.test(value) ? value : by;
  if (typeof value !== "object" || value === null) return value;
  if (depth > maxDepth) return "[redacted:depth]";
  const inner = (child: JsonValue) => redactAll(child, by, depth + 1);
  return Array.isArray(value) ? mapArray(value, inner) : mapObject(value, inner);
}

/** The rule that a key's name falls under; what was asked before is remembered, within a bound. */
function createKeyMatcher(further: readonly string[]): (key: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  const mine = further.map(plainName).filter((name) => name !== "");

  function find(key: string): string | undefined {
    const name = plainName(key);
    const isEnd = (ending: string) => name.endsWith(ending);
    if (keyRules.exact.includes(name)) return name;
    return (keyRules.except.some(isEnd) ? undefined : keyRules.endings.find(isEnd)) ?? mine.find(isEnd);
  }
  return (key) => {
    const remembered = known.get(key);
    if (remembered !== undefined || known.has(key)) return remembered;
    const rule = find(key);
    if (known.size >= rememberedKeys) known.clear();
    if (key.length <= 128) known.set(key, rule);
    return rule;
  };
}

function plainName(key: string): string {
  return key.replace(/[_\-. ]/g, "").replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function mapArray(values: JsonValue[], map: (value: JsonValue) => JsonValue): JsonValue[] {
  let copy: JsonValue[] | undefined;
  for (let i = 0; i < values.length; i++) {
    const mapped = map(values[i]!);
    if (mapped !== values[i]) (copy ??= [...values])[i] = mapped;
  }
  return copy ?? values;
}

function mapObject(object: JsonObject, map: (value: JsonValue, key: string) => JsonValue): JsonObject {
  let copy: JsonObject | undefined;
  for (const key of Object.keys(object)) {
    const value = object[key]!;
    const mapped = map(value, key);
    // The copy has every key as its own, so that not even `__proto__` reaches a setter.
    if (mapped !== value) (copy ??= { ...object })[key] = mapped;
  }
  return copy ?? object;
}
