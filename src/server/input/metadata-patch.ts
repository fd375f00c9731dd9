import { derivedMetadataKeys } from "../../core/metadata.js";
import type { Issue } from "../../core/errors.js";
import { isUnsafeKey, maxJsonDepth, type JsonObject, type JsonValue } from "../../core/json.js";
import { metadataPatchFields } from "../../core/requests.js";
import { invalidInput } from "./parse.js";

const derived: ReadonlySet<string> = new Set(derivedMetadataKeys);

/**
 * Refuses a patch that the fold would not take as it is meant: keys that the server derives, unsafe
 * or empty parts of a key, and the wrong kind for a known field.
 *
 * @throws AppError `invalid_input` with the path of each
 */
export function checkMetadataPatch(patch: JsonObject, path = ""): void {
  const issues = Object.entries(patch).flatMap(([key, value]) => {
    const message = problemOf(key.split("."), value);
    return message === undefined ? [] : [{ path: path === "" ? key : `${path}.${key}`, message } satisfies Issue];
  });
  if (issues.length > 0) throw invalidInput(issues);
}

function problemOf(parts: string[], value: JsonValue): string | undefined {
  if (parts.length > maxJsonDepth) return `has more than ${maxJsonDepth} parts`;
  if (parts.includes("")) return "has an empty part between its dots";
  if (parts.some(isUnsafeKey)) return "is a reserved key; rename it";
  const [name] = parts as [string];
  if (derived.has(name)) return "is derived by the server and cannot be patched";
  if (!isKnown(name)) return undefined;
  const result = metadataPatchFields[name].safeParse(
    parts.slice(1).reduceRight<JsonValue>((inner, part) => ({ [part]: inner }), value),
  );
  return result.success ? undefined : (result.error.issues[0]?.message ?? "is of the wrong kind");
}

function isKnown(name: string): name is keyof typeof metadataPatchFields {
  return Object.hasOwn(metadataPatchFields, name);
}
