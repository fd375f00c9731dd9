import type { JsonObject, JsonValue } from "../core/json.js";
import { textOf } from "./record.js";

/* What tool calls are given, under the names that tools use for it. */

/** What a call was given: its `input`, else whatever a producer logged beside the type. */
export function inputOf(data: JsonObject): JsonValue {
  return data["input"] ?? withoutFrame(data);
}

/** A command as one text, also where it is a list of words. */
export function commandOf(fields: JsonObject): string | null {
  const command = fields["command"] ?? fields["cmd"];
  if (Array.isArray(command)) return command.filter((part) => typeof part === "string").join(" ") || null;
  return textOf(command);
}

/** The path of a file that a record names. */
export function pathIn(fields: JsonObject): string | null {
  const names = ["file_path", "path", "filePath", "notebook_path"];
  return names.map((name) => textOf(fields[name])).find((path) => path !== null) ?? null;
}

function withoutFrame(data: JsonObject): JsonObject {
  const { type: _t, tool: _tool, name: _n, source: _s, turn: _u, agentId: _a, toolCallId: _c, ...rest } = data;
  const {
    seq: _seq,
    timestamp: _at,
    receivedAt: _r,
    eventId: _e,
    sessionId: _id,
    step: _step,
    extra: _x,
    ...input
  } = rest;
  return input;
}
