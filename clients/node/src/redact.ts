import { createRedactor } from "../../../src/core/redaction.js";
import { InvalidInputError } from "./errors.js";
import type { JsonValue } from "./json.js";

/** More to redact than the usual secrets. */
export interface RedactionOptions {
  /** Regular expressions; a first group is kept, the rest of a match becomes `[redacted:<name>]`. */
  values?: readonly { name: string; pattern: string; ignoreCase?: boolean }[];
  /** Endings of keys whose texts are redacted, in any spelling (`my_key`, `myKey`, `My-Key`). */
  keys?: readonly string[];
}

/** Returns the value without its secrets. */
export type Redact = (value: JsonValue) => JsonValue;

/** @throws InvalidInputError where a pattern of the options is no regular expression */
export function createRedact(options: boolean | RedactionOptions): Redact {
  if (options === false) return (value) => value;
  try {
    return createRedactor(options === true ? {} : options);
  } catch (error) {
    throw new InvalidInputError(
      `the option 'redact' holds a pattern that is no regular expression, so nothing is recorded (${(error as Error).message}).`,
    );
  }
}
