import type { JsonObject } from "../../core/json.js";

/** The body with `id` under its own name, where only `id` is given. */
export function withIdAs(name: "goalId" | "agentId", { id, ...body }: JsonObject): JsonObject {
  return id === undefined || body[name] !== undefined ? body : { ...body, [name]: id };
}
