import type { JsonObject, JsonValue } from "../../../core/json.js";
import { isRedacted } from "../tellers.js";
import { toolTypeOf } from "../tool-type.js";
import { eventIdFor } from "../telling/input.js";
import { extraOf, identityOf, toldBy } from "./batch.js";
import { action, change, response, type Draft } from "./draft.js";
import type { Log } from "./signals.js";
import { firstOf, numberOf, parsedText, textOf } from "./values.js";

const source = "claude-code";
const prefix = "claude_code.";
/** How a call that hooks tell as well is known to be told from here. */
const from = "telemetry";

/** What every record of a process repeats. */
export const claudeCodeContext = [
  "user.id",
  "user.email",
  "user.account_id",
  "user.account_uuid",
  "organization.id",
  "app.version",
  "terminal.type",
  "anthropic.provider",
  "anthropic.custom_base_url",
];

const told = toldBy(
  ...claudeCodeContext,
  "session.id",
  "event.name",
  "event.timestamp",
  "event.sequence",
  "prompt.id",
  "agent_id",
  "agent.name",
  "agent_type",
  "tool_name",
  "tool_use_id",
  "tool_input",
  "tool_parameters",
  "success",
  "error",
  "error_type",
  "duration_ms",
  "prompt",
  "prompt_text",
  "response",
  "model",
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_creation_*",
  "cost_usd*",
);

/** What tells nothing of the session: the whole request once more with each call, and that hooks ran as they should. */
function isLeftOut(name: string, { attributes }: Log): boolean {
  if (name === "assistant_response") return isRedacted(textOf(attributes["response"]) ?? "");
  if (name !== "hook_execution_complete") return leftOut.has(name);
  return !troubles.some((key) => Number(attributes[key] ?? 0) > 0);
}

const leftOut = new Set(["api_request_body", "hook_registered", "hook_execution_start"]);
const troubles = ["num_blocking", "num_non_blocking_error", "num_cancelled"];

/** Whether hooks tell of prompts as well: the agent names each hook that it will run. */
export function isPromptHook(log: Log): boolean {
  const { attributes } = log;
  return nameOf(log) === "hook_registered" && attributes["hook_event"] === "UserPromptSubmit" && isClaudeCodeLog(log);
}

function nameOf({ name }: Log): string {
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

export function isClaudeCodeLog({ scope, name, body }: Log): boolean {
  const named = name.startsWith(prefix) || (typeof body === "string" && body.startsWith(prefix));
  return named || scope.startsWith("com.anthropic.claude_code");
}

/** What Claude Code's log records tell: nearly everything, each call with its tokens and its price. */
export function mapClaudeCodeLog(log: Log): Draft[] {
  const name = nameOf(log);
  if (isLeftOut(name, log)) return [];
  const map = Object.hasOwn(maps, name) ? maps[name]! : unknown;
  return [...agentOf(log), ...map(log, name)];
}

type MapLog = (log: Log, name: string) => Draft[];

const maps: Record<string, MapLog> = {
  user_prompt: prompted,
  tool_decision: decided,
  tool_result: resulted,
  api_request: answered,
  api_error: answered,
  assistant_response: said,
  subagent_completed: completed,
};

function place({ time, attributes }: Log, rank = 2) {
  return { time, rank, order: numberOf(attributes["event.sequence"]) ?? 0 };
}

function common({ attributes }: Log) {
  return { source, turn: textOf(attributes["prompt.id"]), agentId: textOf(attributes["agent_id"]) };
}

function prompted(log: Log): Draft[] {
  const { attributes } = log;
  const text = textOf(firstOf(attributes, "prompt", "prompt_text")) ?? "";
  const from = text.startsWith("<task-notification>") ? "task_notification" : "person";
  const id = textOf(attributes["prompt.id"]) ?? identityOf(log);
  const record = { type: "user_prompt", ...common(log), text, from, extra: extraOf(log, told) } as const;
  return [action(eventIdFor("prompt", id), record, place(log))];
}

/** The input as the model gave it, else as much of it as a decision tells. */
function inputOf(attributes: JsonObject) {
  return parsedText(firstOf(attributes, "tool_input", "tool_parameters"));
}

function callOf(log: Log, id: string, time: bigint, rank: number): Draft {
  const tool = textOf(log.attributes["tool_name"]) ?? "unknown";
  const record = {
    type: toolTypeOf(tool),
    ...common(log),
    toolCallId: id,
    tool,
    input: inputOf(log.attributes),
    extra: { from },
  } as const;
  return action(eventIdFor("tool", id), record, { ...place(log, rank), time });
}

function decided(log: Log, name: string): Draft[] {
  const { attributes } = log;
  const id = textOf(attributes["tool_use_id"]);
  if (id === undefined) return unknown(log, name);
  const call = callOf(log, id, log.time, 2);
  const decision = { decision: attributes["decision"] ?? null, decision_source: attributes["source"] ?? null };
  call.data["extra"] = { from, ...extraOf(log, (key) => told(key) || key === "source"), ...decision };
  return attributes["decision"] === "accept" ? [call] : [call, refused(log, id)];
}

function refused(log: Log, id: string): Draft {
  const by = textOf(log.attributes["source"]) ?? "unknown";
  const record = {
    type: "tool_result",
    ...common(log),
    toolCallId: id,
    tool: textOf(log.attributes["tool_name"]),
    status: by === "user_abort" ? "interrupted" : "denied",
    error: { message: `The call was refused (${by}).`, type: by },
  } as const;
  return response(eventIdFor("tool-result", id), record, place(log));
}

function resulted(log: Log, name: string): Draft[] {
  const { attributes, time } = log;
  const id = textOf(attributes["tool_use_id"]);
  if (id === undefined) return unknown(log, name);
  const durationMs = numberOf(attributes["duration_ms"]);
  const began = time - BigInt(Math.round((durationMs ?? 0) * 1_000_000));
  const ok = String(attributes["success"]) !== "false";
  const record = {
    type: "tool_result",
    ...common(log),
    toolCallId: id,
    tool: textOf(attributes["tool_name"]),
    status: ok ? "ok" : "error",
    input: parsedText(attributes["tool_input"]),
    error: ok ? undefined : errorOf(attributes, "The tool failed."),
    durationMs,
    extra: extraOf(log, told),
  } as const;
  return [callOf(log, id, began, 3), response(eventIdFor("tool-result", id), record, place(log))];
}

function errorOf(attributes: JsonObject, fallback: string) {
  const type = textOf(firstOf(attributes, "error_type", "error_class", "status_code"));
  return { message: textOf(attributes["error"]) ?? type ?? fallback, ...(type === undefined ? {} : { type }) };
}

function answered(log: Log, name: string): Draft[] {
  const { attributes } = log;
  const callId = textOf(attributes["request_id"]) ?? identityOf(log);
  const record = {
    type: "model_call",
    ...common(log),
    callId,
    model: textOf(attributes["model"]),
    provider: textOf(attributes["gen_ai.provider.name"]) ?? "anthropic",
    tokens: claudeCodeTokens(attributes),
    cost: name === "api_error" ? undefined : costOf(attributes),
    durationMs: numberOf(attributes["duration_ms"]),
    error: name === "api_error" ? errorOf(attributes, "The model answered with an error.") : undefined,
    extra: extraOf(log, told),
  } as const;
  return [response(eventIdFor("model-call", callId), record, place(log))];
}

/** Claude Code counts what was read at full price apart from what was cached. */
export function claudeCodeTokens(attributes: JsonObject) {
  const of = (key: string) => numberOf(attributes[key]);
  const input = of("input_tokens");
  const output = of("output_tokens");
  if (input === undefined && output === undefined) return undefined;
  const cacheRead = of("cache_read_tokens") ?? 0;
  const long = of("cache_creation_1h_tokens") ?? 0;
  const short = of("cache_creation_5m_tokens") ?? Math.max(0, (of("cache_creation_tokens") ?? 0) - long);
  return {
    input: input ?? 0,
    output: output ?? 0,
    ...(cacheRead > 0 && { cacheRead }),
    ...(short > 0 && { cacheWrite5m: short }),
    ...(long > 0 && { cacheWrite1h: long }),
  };
}

function costOf(attributes: JsonObject) {
  const micros = numberOf(attributes["cost_usd_micros"]);
  const usd = micros === undefined ? numberOf(attributes["cost_usd"]) : micros / 1e6;
  return usd === undefined ? undefined : ({ usd, source: "agent" } as const);
}

function said(log: Log): Draft[] {
  const { attributes } = log;
  const text = textOf(attributes["response"]);
  if (text === undefined) return [];
  const id = textOf(attributes["message.uuid"]) ?? identityOf(log);
  const model = textOf(attributes["model"]);
  const record = { type: "assistant_message", ...common(log), text, model, extra: extraOf(log, told) } as const;
  return [response(eventIdFor("message", id), record, place(log))];
}

/** Whoever does something is there: the first record of an agent spawns it. */
function agentOf(log: Log): Draft[] {
  const { attributes, time } = log;
  const agentId = textOf(attributes["agent_id"]);
  if (agentId === undefined) return [];
  const named = agentTypeOf(firstOf(attributes, "agent.name", "agent_type"));
  const asked = /^agent:(?:.*:)?([^:]+)$/.exec(textOf(attributes["query_source"]) ?? "")?.[1];
  const type = named ?? agentTypeOf(asked) ?? "agent";
  return [
    change("agent_spawned", eventIdFor("agent", agentId), { agentId, type }, { ...place(log, named ? 2 : 1), time }),
  ];
}

/** Every agent that a user defined is called `custom`, which names none. */
export function agentTypeOf(value: JsonValue | undefined): string | undefined {
  return value === "custom" ? undefined : textOf(value);
}

function completed(log: Log, name: string): Draft[] {
  const { attributes, time } = log;
  const agentId = textOf(attributes["agent_id"]);
  if (agentId === undefined) return unknown(log, name);
  const durationMs = numberOf(attributes["duration_ms"]);
  const began = time - BigInt(Math.round((durationMs ?? 0) * 1_000_000));
  const type = agentTypeOf(attributes["agent_type"]) ?? "agent";
  const status = attributes["error"] === undefined ? "completed" : "failed";
  const model = textOf(attributes["model"]);
  const extra = extraOf(log, (key) => told(key) && key !== "error");
  return [
    change("agent_spawned", eventIdFor("agent", agentId), { agentId, type }, { ...place(log, 3), time: began }),
    change(
      "agent_completed",
      eventIdFor("agent-completed", agentId),
      { agentId, status, durationMs, model, extra },
      place(log),
    ),
  ];
}

function unknown(log: Log, name: string): Draft[] {
  const extra = extraOf(
    log,
    toldBy(...claudeCodeContext, "session.id", "event.name", "event.timestamp", "prompt.id", "agent_id"),
  );
  return [
    action(eventIdFor("otel", identityOf(log)), { type: "agent_event", name, ...common(log), extra }, place(log)),
  ];
}
