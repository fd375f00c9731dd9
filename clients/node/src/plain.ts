import type { JsonObject, JsonValue } from "./json.js";

/** Levels of nesting that are kept; an event's data is the first. */
const maxDepth = 32;

const circular = "[circular]";
const tooDeep = "[too deep]";
const unreadable = "[unreadable]";

/**
 * A copy of any value as JSON can hold it; never throws, never changes what it is given.
 * What JSON has no word for is replaced by what comes closest, else by its type in brackets.
 */
export function toPlain(value: unknown): JsonValue {
  return plain(value, 1, []) ?? null;
}

/** Undefined for what JSON leaves out of an object. */
function plain(value: unknown, depth: number, above: object[]): JsonValue | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "undefined":
      return value;
    case "number":
      return Number.isFinite(value) ? value : null;
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
    case "object":
      return value === null ? null : plainObject(value, depth, above);
    case "function":
    case "symbol":
      return `[${typeof value}]`;
  }
}

function plainObject(value: object, depth: number, above: object[]): JsonValue | undefined {
  if (above.includes(value)) return circular;
  if (depth > maxDepth) return tooDeep;
  above.push(value);
  try {
    return spell(value, depth, above);
  } catch {
    return unreadable;
  } finally {
    above.pop();
  }
}

function spell(value: object, depth: number, above: object[]): JsonValue | undefined {
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1, above) ?? null);
  if (isPlainObject(value)) return fields(Object.entries(value), depth, above);
  return spellBuiltin(value, depth, above) ?? spellInstance(value, depth, above);
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && !("toJSON" in value);
}

/** Undefined for what is no built-in that has a spelling of its own. */
function spellBuiltin(value: object, depth: number, above: object[]): JsonValue | undefined {
  if (ArrayBuffer.isView(value)) return viewToText(value);
  const tag = Object.prototype.toString.call(value).slice("[object ".length, -1);
  const spelling = Object.hasOwn(spellings, tag) ? spellings[tag] : undefined;
  if (spelling) return spelling(value as never, depth, above);
  return value instanceof Error ? errorFields(value, depth, above) : undefined;
}

type Spelling = (value: never, depth: number, above: object[]) => JsonValue | undefined;

const spellings: Record<string, Spelling> = {
  Date: (value: Date) => (Number.isNaN(value.getTime()) ? null : value.toISOString()),
  Set: (value: Set<unknown>, depth, above) => [...value].map((item) => plain(item, depth + 1, above) ?? null),
  Map: (value: Map<unknown, unknown>, depth, above) => fields([...value], depth, above),
  ArrayBuffer: (value: ArrayBuffer) => Buffer.from(value).toString("utf8"),
  Error: errorFields,
  RegExp: String,
  URL: String,
  Number: (value: { valueOf(): unknown }, depth, above) => plain(value.valueOf(), depth, above),
  String: (value: { valueOf(): unknown }, depth, above) => plain(value.valueOf(), depth, above),
  Boolean: (value: { valueOf(): unknown }, depth, above) => plain(value.valueOf(), depth, above),
};

/** Bytes as text; numbers that are wider than a byte as numbers. */
function viewToText(view: ArrayBufferView): JsonValue {
  if (view instanceof Uint8Array || view instanceof DataView || view instanceof Int8Array) {
    return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString("utf8");
  }
  return Array.from(view as unknown as Iterable<unknown>, (item) => plain(item, maxDepth, []) ?? null);
}

function errorFields(error: Error, depth: number, above: object[]): JsonObject {
  const { name, message, stack, cause } = error;
  const own = Object.entries(error).filter(([key]) => !["name", "message", "stack", "cause"].includes(key));
  return fields([["name", name], ["message", message], ["stack", stack], ["cause", cause], ...own], depth, above);
}

/** What the class says of itself by `toJSON`, else its own fields; its name where it has none. */
function spellInstance(value: object, depth: number, above: object[]): JsonValue | undefined {
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") return plain(toJSON.call(value), depth + 1, above);
  const entries = Object.entries(value);
  return entries.length === 0 ? `[${nameOf(value)}]` : fields(entries, depth, above);
}

function nameOf(value: object): string {
  const name: unknown = (value.constructor as { name?: unknown } | undefined)?.name;
  return typeof name === "string" && name !== "" ? name : "object";
}

function fields(entries: [unknown, unknown][], depth: number, above: object[]): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of entries) {
    const child = plain(value, depth + 1, above);
    if (child === undefined) continue;
    const name = typeof key === "string" ? key : keyText(key);
    if (name === "__proto__") define(result, name, child);
    else result[name] = child;
  }
  return result;
}

/** Assigning this key would set the prototype. */
function define(target: JsonObject, key: string, value: JsonValue): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function keyText(key: unknown): string {
  return typeof key === "object" && key !== null ? (JSON.stringify(toPlain(key)) ?? "") : String(key);
}
