import type { z } from "zod";
import { AppError, type Issue } from "../../core/errors.js";
import { checkJson, isJsonObject, type JsonObject } from "../../core/json.js";

/** @throws AppError `invalid_json`; `path` says where in the body the text stands */
export function parseJson(text: string, path = ""): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "it does not parse";
    const subject = path === "" ? "The body" : path;
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
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalidInput(issuesOf(result.error, path));
}

export function invalidInput(issues: readonly Issue[]): AppError {
  const [first, ...rest] = issues.map(({ path, message }) => (path === "" ? `The body: ${message}` : `${path}: ${message}`));
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
