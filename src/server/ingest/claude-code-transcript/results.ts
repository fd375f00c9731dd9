import type { ToolResultStatus } from "../../../core/activity.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../core/json.js";
import { finish } from "../claude-code-tools.js";
import { bounded, textsOf } from "./lines.js";
import type { Reading } from "./stream.js";
import { spawnAgent } from "./agents.js";
import type { ResultOf } from "../telling/calls.js";
import { asText, numberOf, objectOf, partIdFor, textOf } from "../telling/input.js";

/** A tool call ended: by the block that the model was sent, and by what the tool gave in its own terms. */
export function endResult(reading: Reading, toolCallId: string, block: JsonObject, given: JsonValue | undefined): void {
  const { telling, calls, line, stream } = reading;
  const call = calls.get(toolCallId);
  const own = objectOf(given);
  const failed = block["is_error"] === true;
  const told = failed ? failure(line, block, given) : success(block, given);
  calls.delete(toolCallId);
  const agent = textOf(own["agentId"]);
  if (agent !== undefined && call !== undefined && !telling.agents.has(partIdFor(agent))) {
    const type = textOf(own["agentType"]) ?? textOf(call.input["subagent_type"]);
    spawnAgent(reading, { agentId: agent, type, task: textOf(call.input["description"]), toolCallId });
  }
  const duration = durationOf(own, call?.at, stream.at);
  finish(telling, { toolCallId, tool: call?.tool ?? "unknown", input: call?.input }, { ...told, ...duration });
}

function success(block: JsonObject, given: JsonValue | undefined): ResultOf {
  const result = isJsonObject(given) || Array.isArray(given) ? given : (given ?? block["content"]);
  const status = objectOf(given)["interrupted"] === true ? "interrupted" : "ok";
  return { status, result: bounded(result) };
}

function failure(line: JsonObject, block: JsonObject, given: JsonValue | undefined): ResultOf {
  const { content } = block;
  const texts = textsOf(content);
  const error = (texts.length > 0 ? texts.join("\n") : (asText(content) ?? asText(given))) || "The tool failed.";
  return { status: statusOf(line, error), error: String(bounded(error)) };
}

/**
 * A refusal names who decided; a call that was running when a person broke it off is written down with
 * the same words, and without a decision.
 */
function statusOf(line: JsonObject, error: string): ToolResultStatus {
  if (objectOf(line["permissionDecision"])["decision"] === "reject") return "denied";
  if (error.includes("<tool_use_error>") || error.startsWith("InputValidationError")) return "rejected";
  if (textOf(line["toolDenialKind"]) !== undefined) return "interrupted";
  if (error.startsWith("The user doesn't want to ") || error.startsWith("[Request interrupted")) return "interrupted";
  return "error";
}

/** As the tool measured it, else the time between the two lines. */
function durationOf(given: JsonObject, from: string | undefined, to: string | undefined): { durationMs?: number } {
  const seconds = numberOf(given["durationSeconds"]);
  const measured = numberOf(given["totalDurationMs"]) ?? numberOf(given["durationMs"]) ?? (seconds && seconds * 1000);
  if (measured !== undefined && measured >= 0) return { durationMs: Math.round(measured) };
  const between = Date.parse(to ?? "") - Date.parse(from ?? "");
  return between >= 0 ? { durationMs: between } : {};
}
