import { AppError } from "./errors.js";

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

/** Nesting that a stored value may have; deeper input is refused before anything recurses over it. */
export const maxJsonDepth = 64;

const unsafeKeys = new Set(["__proto__", "constructor", "prototype"]);

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True for a key that must never reach a fold: assigning it could touch a prototype. */
export function isUnsafeKey(key: string): boolean {
  return unsafeKeys.has(key);
}

/**
 * Refuses what could not be stored as it was given: values nested deeper than {@link maxJsonDepth},
 * numbers beyond a double (`1e999` parses to Infinity, which JSON writes as null), and, at any depth,
 * the key `__proto__` (with `folded`, also `constructor` and `prototype`).
 *
 * @throws AppError `invalid_input` with the path of the first offence
 */
export function checkJson(value: unknown, { folded = false, path = "" } = {}): void {
  walk(value, 1, path, folded);
}

function walk(value: unknown, depth: number, path: string, folded: boolean): void {
  if (typeof value !== "object") return checkNumber(value, path);
  if (value === null) return;
  if (depth > maxJsonDepth) throw refuse(path, `is nested deeper than ${maxJsonDepth} levels`);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      if (mayOffend(value[i])) walk(value[i], depth + 1, join(path, i), folded);
    }
    return;
  }
  for (const key of Object.keys(value)) {
    if (key === "__proto__" || (folded && unsafeKeys.has(key))) {
      throw refuse(join(path, key), "is a reserved key; rename it");
    }
    const child = (value as JsonObject)[key];
    if (mayOffend(child)) walk(child, depth + 1, join(path, key), folded);
  }
}

/** Spares a path to the values that nothing can be wrong with: nearly all. */
function mayOffend(value: unknown): boolean {
  return typeof value === "object" || (typeof value === "number" && !Number.isFinite(value));
}

function checkNumber(value: unknown, path: string): void {
  if (typeof value === "number" && !Number.isFinite(value)) throw refuse(path, "is a number too large to be stored");
}

function join(path: string, key: string | number): string {
  return path === "" ? String(key) : `${path}.${key}`;
}

function refuse(path: string, reason: string): AppError {
  return new AppError("invalid_input", `${path || "the body"} ${reason}`, {
    issues: [{ path, message: reason }],
  });
}

/**
 * Applies a JSON merge patch: `null` removes a key, objects merge, everything else replaces; unsafe
 * keys are left out. Changes neither argument; the result shares what did not change.
 *
 * @see RFC 7396
 */
export function applyMergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return patch;
  const result: JsonObject = isJsonObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (isUnsafeKey(key)) continue;
    if (value === null) delete result[key];
    else result[key] = applyMergePatch(Object.hasOwn(result, key) ? result[key] : undefined, value);
  }
  return result;
}
