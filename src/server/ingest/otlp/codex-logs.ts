import type { JsonObject } from "../../../core/json.js";
import { toolTypeOf } from "../tool-type.js";
import { eventIdFor } from "../telling/input.js";
import { extraOf, identityOf, toldBy } from "./batch.js";
import { action, response, type Draft } from "./draft.js";
import { inclusiveTokens } from "./operation.js";
import type { Log } from "./signals.js";
import { numberOf, parsedText, textOf } from "./values.js";

const source = "codex";
/** How what hooks tell as well, under other ids, is known to be from here. */
const from = "telemetry";
const prefix = "codex.";

/** What every record of a process repeats. */
export const codexContext = [
  "app.version",
  "originator",
  "slug",
  "terminal.type",
  "user.account_id",
  "user.email",
  "auth_mode",
];

const told = toldBy(...codexContext, "auth.*", "conversation.id", "event.name", "event.timestamp", "model");

export function isCodexLog({ name, attributes }: Log): boolean {
  return name.startsWith(prefix) && attributes["conversation.id"] !== undefined;
}

/** What Codex's log records tell. Its spans and metrics name no conversation. */
export function mapCodexLog(log: Log): Draft[] {
  const name = log.name.slice(prefix.length);
  const map = Object.hasOwn(maps, name) ? maps[name]! : unknown;
  return map(log);
}

const maps: Record<string, (log: Log) => Draft[]> = {
  conversation_starts: started,
  user_prompt: prompted,
  tool_decision: decided,
  tool_result: resulted,
  // Most of these only say that an answer goes on coming in.
  sse_event: streamed,
  websocket_event: streamed,
};

function common({ traceId }: Log) {
  return { source, ...(traceId !== "" && { turn: traceId }) };
}

function started(log: Log): Draft[] {
  const extra = { from, ...extraOf(log, (key) => told(key) && key !== "model") };
  const record = { type: "agent_started", source, extra } as const;
  return [action(eventIdFor("otel", identityOf(log)), record, { time: log.time })];
}

function prompted(log: Log): Draft[] {
  const text = textOf(log.attributes["prompt"]) ?? "";
  const extra = { from, ...extraOf(log, (key) => told(key) || key === "prompt") };
  const id = identityOf(log);
  const record = { type: "user_prompt", turn: id, ...common(log), text, from: "person", extra } as const;
  return [action(eventIdFor("prompt", id), record, { time: log.time })];
}

const ofTool = toldBy("tool_name", "call_id", "arguments", "output", "duration_ms", "success", "decision");

function callOf(log: Log, toolCallId: string, time: bigint, rank: number): Draft {
  const tool = textOf(log.attributes["tool_name"]) ?? "unknown";
  const input = parsedText(log.attributes["arguments"]);
  const type = textOf(log.attributes["mcp_server"]) ? "mcp_call" : toolTypeOf(tool);
  const record = { type, ...common(log), toolCallId, tool, input } as const;
  return action(eventIdFor("tool", toolCallId), record, { time, rank });
}

function decided(log: Log): Draft[] {
  const { attributes } = log;
  const id = textOf(attributes["call_id"]);
  if (id === undefined) return unknown(log);
  const decision = textOf(attributes["decision"]) ?? "";
  const call = callOf(log, id, log.time, 1);
  call.data["extra"] = {
    ...extraOf(log, (key) => told(key) || ofTool(key) || key === "source"),
    decision,
    decision_source: attributes["source"] ?? null,
  };
  if (decision.startsWith("approved")) return [call];
  const record = {
    type: "tool_result",
    ...common(log),
    toolCallId: id,
    tool: textOf(attributes["tool_name"]),
    status: decision === "abort" ? "interrupted" : "denied",
    error: { message: `The call was refused (${decision}).`, type: decision },
  } as const;
  return [call, response(eventIdFor("tool-result", id), record, { time: log.time, rank: 1 })];
}

function resulted(log: Log): Draft[] {
  const { attributes, time } = log;
  const id = textOf(attributes["call_id"]);
  if (id === undefined) return unknown(log);
  const durationMs = numberOf(attributes["duration_ms"]);
  const ok = String(attributes["success"]) !== "false";
  const output = textOf(attributes["output"]);
  const record = {
    type: "tool_result",
    ...common(log),
    toolCallId: id,
    tool: textOf(attributes["tool_name"]),
    status: ok ? "ok" : "error",
    input: parsedText(attributes["arguments"]),
    result: output,
    error: ok ? undefined : { message: output ?? "The tool failed." },
    durationMs,
    extra: extraOf(log, (key) => told(key) || ofTool(key)),
  } as const;
  const began = time - BigInt(Math.round((durationMs ?? 0) * 1_000_000));
  return [callOf(log, id, began, 2), response(eventIdFor("tool-result", id), record, { time, rank: 2 })];
}

/** A completed answer with its tokens is a model call, and so is one that failed. */
function streamed(log: Log): Draft[] {
  const { attributes } = log;
  const message = textOf(attributes["error.message"]);
  const tokens = tokensOf(attributes);
  if (tokens === undefined && message === undefined) return [];
  const callId = identityOf(log);
  const record = {
    type: "model_call",
    ...common(log),
    callId,
    model: textOf(attributes["model"]),
    tokens,
    error: message === undefined ? undefined : { message },
    extra: extraOf(log, (key) => told(key) || /_token_count$|^error\.message$/.test(key)),
  } as const;
  return [response(eventIdFor("model-call", callId), record, { time: log.time })];
}

function tokensOf(attributes: JsonObject) {
  const of = (name: string) => numberOf(attributes[`${name}_token_count`]);
  return inclusiveTokens({
    input: of("input"),
    output: of("output"),
    cacheRead: of("cached"),
    cacheWrite: of("cache_write"),
    reasoning: of("reasoning"),
  });
}

function unknown(log: Log): Draft[] {
  const name = log.name.slice(prefix.length);
  // What happens before the first prompt is in traces of its own.
  const by = /^startup|^conversation/.test(name) ? { source } : common(log);
  const record = { type: "agent_event", name, ...by, extra: extraOf(log, told) } as const;
  return [action(eventIdFor("otel", identityOf(log)), record, { time: log.time })];
}
