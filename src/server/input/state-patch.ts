import type { Issue } from "../../core/errors.js";
import type { JsonObject } from "../../core/json.js";
import { statePatchSchema } from "../../core/requests.js";
import { protectedStateKeys } from "../../core/state.js";
import { invalidInput, parseWith } from "./parse.js";

/** The server's alone: a client that sends back what it read means no change by them. */
const ignored: ReadonlySet<string> = new Set(["sessionId", "seq"]);

const refused: Record<string, string> = {
  version: "is counted by the server; send the version you expect as If-Match",
  goals: "is changed by POST /api/state/:id/goals and PATCH /api/state/:id/goals/:goalId",
  agents: "is changed by POST /api/state/:id/agents and POST /api/state/:id/agents/:agentId/complete",
};

/** The patch as it is stored. @throws AppError `invalid_input` for keys that a patch cannot change */
export function checkStatePatch(patch: JsonObject, path = ""): JsonObject {
  const present = protectedStateKeys.filter((key) => Object.hasOwn(patch, key));
  const issues = present
    .filter((key) => !ignored.has(key))
    .map((key): Issue => ({ path: path === "" ? key : `${path}.${key}`, message: refused[key]! }));
  if (issues.length > 0) throw invalidInput(issues);
  parseWith(statePatchSchema, patch, path);
  if (present.length === 0) return patch;
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !ignored.has(key)));
}
