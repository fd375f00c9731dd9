import type { ToolCall, ToolResult, ToolResultStatus } from "../../../core/activity.js";
import type { JsonObject, JsonValue } from "../../../core/json.js";
import type { OpenCall } from "../story.js";
import { inputKey } from "../tellers.js";
import { toolTypeOf } from "../tool-type.js";
import { eventIdFor } from "./input.js";
import { action, response, type Telling } from "./telling.js";
import { endWaits } from "./waits.js";

export interface CallOf {
  toolCallId: string;
  tool: string;
  input?: JsonValue;
  extra?: JsonObject;
}

export interface ResultOf {
  status: ToolResultStatus;
  result?: JsonValue;
  error?: string;
  durationMs?: number;
  presumed?: true;
  extra?: JsonObject;
}

export function isOpen({ story }: Telling, toolCallId: string): boolean {
  return story.open.some((call) => call.toolCallId === toolCallId);
}

export function isClosed({ story }: Telling, toolCallId: string): boolean {
  return story.closed.includes(toolCallId);
}

/** Telemetry told that the call ended well, and nothing of what it gave. */
export function lacksResult({ story }: Telling, toolCallId: string): boolean {
  return story.results.includes(toolCallId);
}

/** A tool begins to run; nothing where that was told. */
export function beginCall(telling: Telling, { tool, ...call }: CallOf): void {
  const { toolCallId } = call;
  if (isOpen(telling, toolCallId) || isClosed(telling, toolCallId)) return;
  action<ToolCall>(telling, { type: toolTypeOf(tool), tool, ...call }, eventIdFor("tool", toolCallId));
}

/** A tool call ended; one that was never told of is told of first. */
export function endCall(telling: Telling, call: CallOf, ended: ResultOf): void {
  const { toolCallId, tool } = call;
  if (isClosed(telling, toolCallId)) {
    const isFuller = ended.result !== undefined && lacksResult(telling, toolCallId);
    if (isFuller) result(telling, { toolCallId, tool }, ended, eventIdFor("tool-result", `${toolCallId}#2`));
    return;
  }
  if (!isOpen(telling, toolCallId)) beginCall(telling, { ...call, extra: {} });
  result(telling, { toolCallId, tool }, ended, eventIdFor("tool-result", toolCallId));
  const outcome = ended.status === "denied" ? "denied" : "allowed";
  endWaits(telling, (wait) => wait.toolCallId === toolCallId, outcome);
}

/**
 * Closes calls whose result was never told. Their results have ids of their own, so that the true
 * result, should it still come, stands beside them as a correction.
 */
export function closeCalls(
  telling: Telling,
  which: (call: OpenCall) => boolean,
  status: ToolResultStatus,
  reason: string,
): void {
  for (const call of telling.story.open.filter(which)) {
    const asked = telling.story.waits.some(
      ({ kind, toolCallId }) => kind === "permission" && toolCallId === call.toolCallId,
    );
    const declined = asked && status === "interrupted";
    const { toolCallId, tool, agentId, turn } = call;
    const place = { toolCallId, tool, agentId, turn };
    const ended: ResultOf = declined
      ? { status: "denied", presumed: true, error: "The permission was not given." }
      : { status, presumed: true, error: reason };
    result(telling, place, ended, eventIdFor("tool-closed", toolCallId));
    endWaits(telling, (wait) => wait.toolCallId === toolCallId, declined ? "denied" : "gone");
  }
}

function result(
  telling: Telling,
  place: { toolCallId: string; tool: string; agentId?: string; turn?: string },
  { error, ...ended }: ResultOf,
  eventId: string,
): void {
  const failure = error === undefined ? {} : { error: { message: error } };
  response<ToolResult>(telling, { type: "tool_result", ...place, ...ended, ...failure }, eventId);
}

/** The open call that a report means which names its tool and its input, and no id. */
export function callLike(telling: Telling, tool: string, input: JsonValue | undefined): OpenCall | undefined {
  const { open, waits } = telling.story;
  const same = open.filter((call) => call.tool === tool && call.agentId === telling.agentId);
  const key = inputKey(input);
  const unasked = same.filter(({ toolCallId }) => !waits.some((wait) => wait.toolCallId === toolCallId));
  const exact = (calls: OpenCall[]) => calls.find((call) => call.inputKey === key);
  return exact(unasked) ?? exact(same) ?? unasked[0] ?? same[0];
}

/** Whether a call of this tool with this input ended in this turn. */
export function wasCalled({ story, turn }: Telling, tool: string, input: JsonValue | undefined): boolean {
  const key = inputKey(input);
  return story.calls.some((call) => call.tool === tool && call.inputKey === key && call.turn === turn);
}
