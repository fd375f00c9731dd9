import { isJsonObject } from "../../../core/json.js";
import { bounded, longest, restOfLine } from "./lines.js";
import type { Reading } from "./stream.js";
import { finishTurn } from "./user.js";
import { numberOf, objectOf, textOf } from "../telling/input.js";
import { other, present } from "../telling/telling.js";

/** Written behind the answer that ends a turn. */
const endings: ReadonlySet<string> = new Set(["stop_hook_summary", "turn_duration"]);
const noise: ReadonlySet<string> = new Set(["init", "file_snapshot", "thinking_tokens", "session_metadata"]);

/** A line that Claude Code wrote for itself about the course of the conversation. */
export function readSystemLine(reading: Reading): void {
  const { telling, stream, line } = reading;
  const subtype = textOf(line["subtype"]) ?? "system";
  if (subtype === "compact_boundary") {
    const { trigger } = objectOf(line["compactMetadata"]);
    stream.boundary = { uuid: textOf(line["uuid"]) ?? "", trigger: textOf(trigger), at: stream.at };
  } else if (endings.has(subtype)) endTurnOf(reading);
  else if (!noise.has(subtype) && line["isMeta"] !== true && !isSilent(subtype, line)) {
    const rest = bounded(restOfLine(line), longest.unknown);
    const extra = isJsonObject(rest) ? rest : present({ text: rest });
    other(telling, subtype, extra, textOf(line["reason"]) ?? attempt(line));
  }
}

function endTurnOf({ telling, stream, line }: Reading): void {
  finishTurn(telling, stream);
  const errors = line["hookErrors"];
  if (Array.isArray(errors) && errors.length > 0) other(telling, "hook_errors", { errors: bounded(errors) ?? null });
}

/** A command that was run on the spot and printed nothing. */
function isSilent(subtype: string, line: Reading["line"]): boolean {
  return subtype === "local_command" && !/>[^<]/.test(textOf(line["content"]) ?? "");
}

function attempt(line: Reading["line"]): string | undefined {
  const count = numberOf(line["retryAttempt"]);
  return count === undefined ? undefined : `attempt ${count}`;
}
