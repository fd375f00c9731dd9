import type { AssistantMessage, ModelCall, Thinking, Tokens } from "../../../core/activity.js";
import type { JsonObject, JsonValue } from "../../../core/json.js";
import { unknownModel } from "../../../core/usage.js";
import { bounded } from "./lines.js";
import type { Reading } from "./stream.js";
import { endResult } from "./results.js";
import { joinCalls } from "../model-calls.js";
import { beginCall } from "../telling/calls.js";
import { eventIdFor, numberOf, objectOf, objectsOf, textOf } from "../telling/input.js";
import { endTurn } from "../telling/messages.js";
import { response } from "../telling/telling.js";

/** The model of messages that Claude Code puts into the model's mouth. */
const synthetic = "<synthetic>";

/** A line of what the model answered: a message comes in a line for each of its blocks. */
export function readAnswer(reading: Reading): void {
  const { stream, line } = reading;
  const message = objectOf(line["message"]);
  if (line["isApiErrorMessage"] === true) return readFailure(reading, message);
  if (message["model"] === synthetic) return;
  countCall(reading, message);
  const { content } = message;
  const blocks = typeof content === "string" ? [{ type: "text", text: content }] : objectsOf(content);
  for (const [index, block] of blocks.entries()) readBlock(reading, block, index);
  const reason = textOf(message["stop_reason"]);
  stream.stopped = reason !== undefined && reason !== "tool_use" && reason !== "pause_turn";
}

function readBlock(reading: Reading, block: JsonObject, index: number): void {
  const { telling, stream, calls } = reading;
  const type = textOf(block["type"]) ?? "";
  if (type === "text") return say(reading, block["text"], index);
  if (type === "thinking") return think(reading, textOf(block["thinking"]), index);
  const toolCallId = textOf(type.endsWith("_tool_result") ? block["tool_use_id"] : block["id"]);
  if (toolCallId === undefined) return;
  if (type === "tool_use" || type === "server_tool_use" || type === "mcp_tool_use") {
    const tool = textOf(block["name"]) ?? "unknown";
    const input = bounded(block["input"]);
    calls.set(toolCallId, { tool, input: objectOf(input), agentId: stream.agentId, at: stream.at });
    beginCall(telling, { toolCallId, tool, input });
  } else if (type.endsWith("_tool_result")) endResult(reading, toolCallId, block, undefined);
}

function say({ telling, line }: Reading, text: JsonValue | undefined, index: number): void {
  if (typeof text !== "string" || text.trim() === "") return;
  const whole = String(bounded(text));
  const record = { type: "assistant_message", text: whole, model: modelOf(line) } as const;
  response<AssistantMessage>(telling, record, eventIdFor("message", named(line, index)));
}

function think({ telling, line }: Reading, text: string | undefined, index: number): void {
  if (text === undefined || text.trim() === "") return;
  const record = { type: "thinking", text: String(bounded(text)) } as const;
  response<Thinking>(telling, record, eventIdFor("thinking", named(line, index)));
}

function modelOf(line: JsonObject): string | undefined {
  return textOf(objectOf(line["message"])["model"]);
}

/** By the line, and by the block's place in it where it is not the only one. */
function named(line: JsonObject, index: number): string {
  const uuid = textOf(line["uuid"]) ?? `${textOf(objectOf(line["message"])["id"]) ?? "?"}:${textOf(line["timestamp"])}`;
  return index === 0 ? uuid : `${uuid}:${index}`;
}

/** Every line of a message repeats its usage, early ones with less: it is told once, and again only where it grew. */
function countCall(reading: Reading, message: JsonObject): void {
  const { telling, stream, line } = reading;
  const callId = textOf(line["requestId"]) ?? textOf(message["id"]);
  const tokens = tokensOf(objectOf(message["usage"]));
  if (callId === undefined || tokens === undefined) return;
  const known = stream.call?.callId === callId ? stream.call.record : undefined;
  const joined: JsonObject = joinCalls(known ?? {}, { tokens: { ...tokens } });
  stream.call = { callId, record: joined };
  if (known && JSON.stringify(known["tokens"]) === JSON.stringify(joined["tokens"])) return;
  const model = textOf(message["model"]) ?? unknownModel;
  const stopReason = textOf(message["stop_reason"]);
  const record = { type: "model_call", callId, model, provider: "anthropic", stopReason } as const;
  const counted = joined["tokens"] as unknown as Tokens;
  response<ModelCall>(telling, { ...record, tokens: counted }, eventIdFor("model-call", callId));
  noteModel(reading, model);
}

function noteModel({ telling, stream, model }: Reading, name: string): void {
  if (stream.agentId !== undefined || name === unknownModel) return;
  if (model.current !== undefined && model.current !== name) telling.metadata["model"] = name;
  model.current = name;
}

/** Counts as Anthropic's API gives them: what was cached is counted apart from the input. */
function tokensOf(usage: JsonObject): Tokens | undefined {
  const of = (fields: JsonObject, key: string) => Math.max(0, numberOf(fields[key]) ?? 0);
  if (numberOf(usage["input_tokens"]) === undefined && numberOf(usage["output_tokens"]) === undefined) return undefined;
  const written = objectOf(usage["cache_creation"]);
  const long = of(written, "ephemeral_1h_input_tokens");
  const short = Math.max(of(written, "ephemeral_5m_input_tokens"), of(usage, "cache_creation_input_tokens") - long);
  const cacheRead = of(usage, "cache_read_input_tokens");
  const reasoning = of(objectOf(usage["output_tokens_details"]), "thinking_tokens");
  return {
    input: of(usage, "input_tokens"),
    output: of(usage, "output_tokens"),
    ...(cacheRead > 0 && { cacheRead }),
    ...(short > 0 && { cacheWrite5m: short }),
    ...(long > 0 && { cacheWrite1h: long }),
    ...(reasoning > 0 && { reasoning }),
  };
}

/** The API refused, and Claude Code says so in the model's place. */
function readFailure(reading: Reading, message: JsonObject): void {
  const { telling, stream, line } = reading;
  const text =
    objectsOf(message["content"]).flatMap((block) => textOf(block["text"]) ?? [])[0] ?? "The request failed.";
  const type = textOf(line["apiErrorType"]) ?? numberOf(line["apiErrorStatus"])?.toString() ?? textOf(line["error"]);
  const error = { message: text, ...(type === undefined ? {} : { type }) };
  const callId = textOf(line["requestId"]);
  if (callId !== undefined) {
    const record = { type: "model_call", callId, model: stream.asked ?? unknownModel, provider: "anthropic" } as const;
    response<ModelCall>(telling, { ...record, error }, eventIdFor("model-call", callId));
  }
  const shown = { type: "assistant_message", text } as const;
  response<AssistantMessage>(telling, shown, eventIdFor("message", named(line, 0)));
  stream.stopped = false;
  if (stream.agentId === undefined) endTurn(telling, { status: "error", error });
}
