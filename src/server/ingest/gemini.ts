import type { NewEvent } from "../../core/event.js";
import type { JsonObject, JsonValue } from "../../core/json.js";
import { toTimestamp } from "../../core/timestamp.js";
import { beginSession, beginsWork, claudeCodeSessionHooks, setModel } from "./claude-code-session.js";
import { restOf, type HookHandler, type HookReport } from "./hook-report.js";
import type { Known } from "./ingest.js";
import type { Draft } from "./story.js";
import { inputKey, promptAt, sameCall } from "./tellers.js";
import { beginCall, callLike, endCall } from "./telling/calls.js";
import { goalsOfTool } from "./telling/goals.js";
import { asText, objectOf, objectsOf, textOf } from "./telling/input.js";
import { addPiece, beginTurn, completeDrafts, endTurn } from "./telling/messages.js";
import { beginTelling, endTelling, other, present, type Telling } from "./telling/telling.js";
import { beginWait, endWaits } from "./telling/waits.js";

const handlers: Record<string, HookHandler> = {
  SessionStart: claudeCodeSessionHooks["SessionStart"]!,
  SessionEnd: claudeCodeSessionHooks["SessionEnd"]!,
  BeforeAgent: (telling, input) => {
    const prompt = typeof input["prompt"] === "string" ? input["prompt"] : "";
    beginTurn(telling, { text: prompt, from: "person", extra: restOf(input, "prompt") });
  },
  AfterAgent: (telling, input) => {
    const extra = restOf(input, "prompt", "prompt_response", "stop_hook_active");
    endTurn(telling, { status: "ok", message: textOf(input["prompt_response"]), extra });
    telling.work = "idle";
  },
  BeforeModel: (telling, input) => setModel(telling, modelOf(input)),
  // Asked of every request to the model, with all that was said so far: it tells nothing new.
  BeforeToolSelection: (telling, input) => setModel(telling, modelOf(input)),
  AfterModel: takeAnswer,
  BeforeTool: beginTool,
  AfterTool: endTool,
  Notification: notify,
};

/**
 * The events that one hook input of Gemini CLI makes. Its hooks name no calls and no turns: a turn
 * is named after its start, and a result belongs to the oldest open call of the same tool and input.
 *
 * @see https://geminicli.com/docs/hooks/reference
 */
export function mapGemini(known: Known, report: HookReport): NewEvent[] {
  const { input, source } = report;
  const name = textOf(input["hook_event_name"]) ?? "unknown";
  const timestamp = report.timestamp ?? toTimestamp(input["timestamp"]);
  const turn = turnOf(known, name, timestamp);
  const telling = beginTelling(known, { source, turn, timestamp, process: report.process });
  beginSession(telling, report, name);
  const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
  if (handler) handler(telling, input, report);
  else other(telling, name, restOf(input, "trigger"), textOf(input["trigger"]));
  if (beginsWork(name)) telling.work = "running";
  return endTelling(telling);
}

function turnOf({ story }: Known, name: string, timestamp: string | undefined): string | undefined {
  if (timestamp === undefined) return undefined;
  if (name === "BeforeAgent") return `turn-${timestamp}`;
  // Telemetry told of this turn, and perhaps of later ones.
  const isBehind = story.prompts.at(-1)?.from === "telemetry";
  return isBehind ? promptAt(story.prompts, Date.parse(timestamp), "hooks")?.turn : undefined;
}

function modelOf(input: JsonObject): string | undefined {
  return textOf(objectOf(input["llm_request"])["model"]);
}

/** One answer of the model, or a piece of it: the last piece says why the model stopped. */
function takeAnswer(telling: Telling, input: JsonObject): void {
  setModel(telling, modelOf(input));
  const response = objectOf(input["llm_response"]);
  const [candidate = {}] = objectsOf(response["candidates"]);
  const { finishReason } = candidate;
  const final = textOf(finishReason) !== undefined;
  const text = textIn(candidate) ?? textOf(response["text"]) ?? "";
  const draft = telling.story.drafts.at(-1) ?? newDraft(telling);
  if (text === "" && draft.pieces.length === 0) return;
  const extra = final ? present({ finishReason, usageMetadata: response["usageMetadata"] }) : {};
  addPiece(telling, { messageId: draft.messageId, index: draft.pieces.length, text, final, extra });
}

function newDraft({ timestamp, story }: Telling): Pick<Draft, "messageId" | "pieces"> {
  return { messageId: `answer-${timestamp ?? story.seq}`, pieces: [] };
}

function textIn(candidate: JsonObject): string | undefined {
  const parts = objectOf(candidate["content"])["parts"];
  if (!Array.isArray(parts)) return undefined;
  return parts.map((part) => (typeof part === "string" ? part : (textOf(objectOf(part)["text"]) ?? ""))).join("");
}

function beginTool(telling: Telling, input: JsonObject): void {
  const tool = textOf(input["tool_name"]);
  if (tool === undefined) return other(telling, "BeforeTool", restOf(input));
  completeDrafts(telling);
  if (isCallTold(telling, tool, input["tool_input"])) return;
  const extra = restOf(input, "tool_name", "tool_input");
  const toolCallId = newCallId(telling, tool);
  beginCall(telling, { toolCallId, tool, input: input["tool_input"], extra });
}

/** A name of its own for a call: calls that begin in the same instant are counted. */
function newCallId({ story, timestamp }: Telling, tool: string): string {
  const base = `${tool}-${timestamp ?? story.seq}`;
  const taken = new Set([...story.open.map(({ toolCallId }) => toolCallId), ...story.closed]);
  let id = base;
  for (let count = 2; taken.has(id); count++) id = `${base}-${count}`;
  return id;
}

function endTool(telling: Telling, input: JsonObject): void {
  const tool = textOf(input["tool_name"]);
  if (tool === undefined) return other(telling, "AfterTool", restOf(input));
  const call = callLike(telling, tool, input["tool_input"]);
  if (!call && isCallTold(telling, tool, input["tool_input"])) return;
  const toolCallId = call?.toolCallId ?? newCallId(telling, tool);
  const response = objectOf(input["tool_response"]);
  const error = errorIn(response["error"]);
  endCall(
    telling,
    { toolCallId, tool, input: input["tool_input"] },
    {
      status: error === undefined ? "ok" : "error",
      result: input["tool_response"],
      ...(error === undefined ? {} : { error }),
      extra: restOf(input, "tool_name", "tool_input", "tool_response"),
    },
  );
  if (error === undefined) goalsOfTool(telling, tool, objectOf(input["tool_input"]), response);
}

/** Telemetry tells of a call once it is over, and may be here first. */
function isCallTold({ story, timestamp }: Telling, tool: string, input: JsonValue | undefined): boolean {
  const at = Date.parse(timestamp ?? "");
  return sameCall(story.calls, { tool, inputKey: inputKey(input), at, from: "hooks" })?.from === "telemetry";
}

function errorIn(error: JsonValue | undefined): string | undefined {
  if (error === undefined || error === null) return undefined;
  return textOf(objectOf(error)["message"]) ?? asText(error);
}

function notify(telling: Telling, input: JsonObject): void {
  const type = textOf(input["notification_type"]);
  if (type !== "ToolPermission") return other(telling, "Notification", restOf(input), type);
  const details = objectOf(input["details"]);
  const tool = textOf(details["tool_name"]) ?? textOf(details["toolName"]);
  const open = telling.story.open.filter((call) => tool === undefined || call.tool === tool);
  const call = open.at(-1);
  endWaits(telling, ({ kind }) => kind === "prompt", "gone");
  beginWait(telling, {
    kind: "permission",
    message: textOf(input["message"]) ?? "Gemini CLI asks for a permission.",
    tool: call?.tool ?? tool,
    toolCallId: call?.toolCallId,
    input: input["details"],
    extra: restOf(input, "message", "details"),
  });
}
