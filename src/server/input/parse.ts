import type { z } from "zod";
import { AppError, type Issue } from "../../core/errors.js";
import { checkJson, isJsonObject, type JsonObject } from "../../core/json.js";

/** @throws AppError `invalid_json`; `path` says where in the body the text stands, `subject` what it is */
export function parseJson(text: string, path = "", subject = path === "" ? "The body" : path): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "it does not parse";
    const hint = text.trim() === "" ? `${subject} is empty. Send JSON.` : `${subject} is not JSON: ${reason}`;
    throw new AppError("invalid_json", hint, { issues: [{ path, message: "is not JSON" }] });
  }
}

/** A body as an object that a fold will take; no body at all is an empty one where `optional`. */
export function parseFolded(text: string, { optional = false } = {}): JsonObject {
  if (optional && text.trim() === "") return {};
  const value = parseJson(text);
  if (!isJsonObject(value)) throw invalidInput([{ path: "", message: "must be a JSON object" }]);
  checkJson(value, { folded: true });
  return value;
}

/** What `schema` makes of `value`. @throws AppError `invalid_input` with the path of each bad field */
export function parseWith<T extends z.ZodType>(schema: T, value: unknown, path = ""): z.output<T> {
  const result = schema.safeParse(value, { error: inPlainWords });
  if (result.success) return result.data;
  throw invalidInput(issuesOf(result.error, path));
}

/** What completes "field: …" where the schema has no words of its own. */
function inPlainWords({
  code,
  expected,
  input,
  values,
  discriminator,
  options,
  errors,
}: z.core.$ZodRawIssue): string | undefined {
  if (code === "invalid_type")
    return input === undefined ? `is missing; give ${kind(expected)}` : `must be ${kind(expected)}`;
  if (code === "invalid_value") return `must be ${oneOf(values)}`;
  if (code === "invalid_union" && discriminator !== undefined) return `must be ${oneOf(options as unknown[])}`;
  if (code === "invalid_union") return eitherKind(errors as z.core.$ZodIssue[][]);
  return undefined;
}

/** A union's alternatives, where it is by their kinds alone that none of them fits. */
function eitherKind(alternatives: readonly z.core.$ZodIssue[][]): string | undefined {
  const kinds = alternatives
    .flat()
    .map((issue) => (issue.code === "invalid_type" && issue.path.length === 0 ? kind(issue.expected) : undefined));
  return kinds.includes(undefined) ? undefined : `must be ${kinds.join(" or ")}`;
}

function kind(expected: unknown): string {
  const name = String(expected);
  return name === "record" ? "an object" : `${/^[aeio]/.test(name) ? "an" : "a"} ${name}`;
}

function oneOf(values: readonly unknown[] = []): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(", ")}`;
}

export function invalidInput(issues: readonly Issue[]): AppError {
  const [first, ...rest] = issues.map(({ path, message }) =>
    path === "" ? `The body: ${message}` : `${path}: ${message}`,
  );
  const more = rest.length === 0 ? "" : ` (and ${rest.length} more)`;
  return new AppError("invalid_input", `${first}${more}`, { issues });
}

function issuesOf(error: z.ZodError, path: string): Issue[] {
  return error.issues.flatMap((issue) => {
    const at = joinPath(path, issue.path);
    if (issue.code !== "unrecognized_keys") return [{ path: at, message: issue.message }];
    return issue.keys.map((key) => ({ path: joinPath(at, [key]), message: "is not a field that this call knows" }));
  });
}

/** `[3].data.type`: an index at the start in brackets, everything else dotted. */
function joinPath(start: string, parts: readonly PropertyKey[]): string {
  return parts.reduce<string>((path, part) => {
    if (path !== "") return `${path}.${String(part)}`;
    return typeof part === "number" ? `[${part}]` : String(part);
  }, start);
}
