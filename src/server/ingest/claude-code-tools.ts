import type { ToolResultStatus } from "../../core/activity.js";
import type { JsonObject, JsonValue } from "../../core/json.js";
import { restOf, type HookHandler, type HookReport } from "./hook-report.js";
import { agentOfCall, endAgent, expectLaunched } from "./telling/agents.js";
import {
  beginCall,
  callLike,
  wasCalled,
  endCall,
  isClosed,
  isOpen,
  lacksResult,
  type CallOf,
  type ResultOf,
} from "./telling/calls.js";
import { goalsOfTool } from "./telling/goals.js";
import { asText, numberOf, objectOf, objectsOf, textOf } from "./telling/input.js";
import { other, type Telling } from "./telling/telling.js";
import { beginWait, endWaits } from "./telling/waits.js";

/** What tools were called with, what came of it, and what a person has to allow. */
export const claudeCodeToolHooks: Record<string, HookHandler> = {
  PreToolUse: (telling, input) => {
    const call = callOf(input);
    if (!call) return other(telling, "PreToolUse", restOf(input));
    endWaits(telling, ({ kind, agentId }) => kind === "prompt" && agentId === telling.agentId, "gone");
    beginCall(telling, call);
    if (call.tool === "AskUserQuestion" && isOpen(telling, call.toolCallId)) askPerson(telling, call);
  },
  PostToolUse: (telling, input) => {
    const call = callOf(input);
    if (!call) return other(telling, "PostToolUse", restOf(input));
    finish(telling, call, {
      status: objectOf(input["tool_response"])["interrupted"] === true ? "interrupted" : "ok",
      result: input["tool_response"],
      durationMs: numberOf(input["duration_ms"]),
    });
  },
  PostToolUseFailure: (telling, input) => {
    const call = callOf(input);
    if (!call) return other(telling, "PostToolUseFailure", restOf(input));
    finish(telling, call, {
      status: input["is_interrupt"] === true ? "interrupted" : "error",
      error: asText(input["error"]) ?? "The tool failed.",
      durationMs: numberOf(input["duration_ms"]),
    });
  },
  PostToolBatch: (telling, input) => {
    const calls = objectsOf(input["tool_calls"]);
    if (!Array.isArray(input["tool_calls"])) other(telling, "PostToolBatch", restOf(input));
    for (const call of calls) settle(telling, call);
  },
  PermissionRequest: requestPermission,
  PermissionDenied: (telling, input) => {
    const call = callOf(input) ?? known(callLike(telling, textOf(input["tool_name"]) ?? "", input["tool_input"]));
    if (!call) return other(telling, "PermissionDenied", restOf(input));
    finish(telling, call, { status: "denied", error: asText(input["reason"]) ?? "The permission was denied." });
  },
};

const told = ["tool_name", "tool_input", "tool_use_id", "tool_response", "duration_ms", "error", "is_interrupt"];

function callOf(input: JsonObject): (CallOf & { extra: JsonObject }) | undefined {
  const toolCallId = textOf(input["tool_use_id"]);
  if (toolCallId === undefined) return undefined;
  return {
    toolCallId,
    tool: textOf(input["tool_name"]) ?? "unknown",
    input: input["tool_input"],
    extra: restOf(input, ...told),
  };
}

function known(call: { toolCallId: string; tool: string } | undefined): (CallOf & { extra: JsonObject }) | undefined {
  return call && { toolCallId: call.toolCallId, tool: call.tool, extra: {} };
}

/** A call ended, and with it what it was about: goals, a subagent. */
export function finish(telling: Telling, call: CallOf, ended: ResultOf): void {
  const { toolCallId, tool, input } = call;
  if (isClosed(telling, toolCallId) && !lacksResult(telling, toolCallId)) return;
  const launched = isLaunch(ended.result) ? textOf(objectOf(ended.result)["agentId"]) : undefined;
  if (launched !== undefined) expectLaunched(telling, launched, toolCallId);
  endCall(telling, call, { ...ended, extra: call.extra });
  if (ended.status === "ok") goalsOfTool(telling, tool, objectOf(input), objectOf(ended.result));
  // An agent that was set to work in the foreground ends with the call, whatever its own hooks told.
  const agentId = ended.status === "ok" && isLaunch(ended.result) ? undefined : agentOfCall(telling, toolCallId);
  if (agentId !== undefined) endAgent(telling, agentId, outcomeOf(ended));
}

/** The agent works on in the background, or the call is not of one. */
function isLaunch(result: JsonValue | undefined): boolean {
  const { status, isAsync } = objectOf(result);
  return isAsync === true || (status !== undefined && status !== "completed");
}

function outcomeOf({ status, result, error }: ResultOf): { failed: boolean; result?: JsonValue } {
  if (status !== "ok") return { failed: true, result: error };
  const texts = objectsOf(objectOf(result)["content"]).flatMap(({ text }) => (typeof text === "string" ? [text] : []));
  return { failed: false, result: texts.at(-1) };
}

/**
 * A call as the model was answered. One whose end its own hook told of is settled; one that began
 * and has no end was not let run; one that never began was turned down before anyone was asked.
 */
function settle(telling: Telling, input: JsonObject): void {
  const call = callOf(input);
  if (!call || isClosed(telling, call.toolCallId)) return;
  const answer = answerOf(input["tool_response"]);
  const status: ToolResultStatus = isOpen(telling, call.toolCallId) && !isInvalid(answer) ? "denied" : "rejected";
  finish(telling, { ...call, extra: {} }, { status, error: answer || "The call was refused." });
}

function isInvalid(answer: string): boolean {
  if (answer.startsWith("<tool_use_error>PreToolUse:")) return false;
  return answer.includes("<tool_use_error>") || answer.startsWith("InputValidationError");
}

function answerOf(response: JsonValue | undefined): string {
  const texts = objectsOf(response).flatMap(({ text }) => (typeof text === "string" ? [text] : []));
  return texts.length > 0 ? texts.join("\n") : (asText(response) ?? "");
}

function requestPermission(telling: Telling, input: JsonObject, { approvalId }: HookReport): void {
  const tool = textOf(input["tool_name"]) ?? "unknown";
  const call = callLike(telling, tool, input["tool_input"]);
  const isAsked = telling.story.waits.some(({ toolCallId }) => call && toolCallId === call.toolCallId);
  if (isAsked) return;
  // Telemetry was faster, and has told what became of the call.
  const isOver = !call && approvalId === undefined && wasCalled(telling, tool, input["tool_input"]);
  if (isOver) return other(telling, "PermissionRequest", restOf(input));
  beginWait(telling, {
    kind: tool === "AskUserQuestion" ? "answer" : "permission",
    message: `Permission to use ${tool} is needed.`,
    tool,
    input: input["tool_input"],
    toolCallId: call?.toolCallId,
    agentId: telling.agentId,
    approvalId,
    extra: restOf(input, "tool_name", "tool_input"),
  });
}

function askPerson(telling: Telling, { tool, toolCallId, input }: CallOf): void {
  const question = textOf(objectsOf(objectOf(input)["questions"])[0]?.["question"]);
  beginWait(telling, {
    kind: "answer",
    message: question ?? "The agent asks a question.",
    tool,
    toolCallId,
    input,
    agentId: telling.agentId,
  });
}
