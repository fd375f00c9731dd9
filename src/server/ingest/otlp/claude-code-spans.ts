import { toolTypeOf } from "../tool-type.js";
import { eventIdFor } from "../telling/input.js";
import { extraOf, toldBy, type Batch } from "./batch.js";
import { agentTypeOf, claudeCodeContext, claudeCodeTokens } from "./claude-code-logs.js";
import { action, change, response, type Draft } from "./draft.js";
import type { Span } from "./signals.js";
import { firstOf, millisecondsBetween, numberOf, textOf } from "./values.js";

const source = "claude-code";
const prefix = "claude_code.";
const from = "telemetry";

const told = toldBy(
  ...claudeCodeContext,
  "session.id",
  "span.type",
  "gen_ai.*",
  "agent_id",
  "tool_name",
  "tool_name_safe",
  "tool_use_id",
  "full_command",
  "file_path",
  "duration_ms",
  "success",
  "error",
  "error.type",
  "error_class",
  "model",
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_creation_tokens",
  "request_id",
  "stop_reason",
  "user_prompt",
);

export function isClaudeCodeSpan({ scope, name }: Span): boolean {
  return name.startsWith(prefix) || scope.startsWith("com.anthropic.claude_code");
}

/**
 * What Claude Code's spans tell. Its log records tell the same and more, under the same ids; what is
 * exported as spans alone is told by them.
 */
export function mapClaudeCodeSpan(span: Span, batch: Batch): Draft[] {
  const name = span.name.startsWith(prefix) ? span.name.slice(prefix.length) : span.name;
  const map = Object.hasOwn(maps, name) ? maps[name]! : unknown;
  return [...agentOf(span, batch), ...map(span, batch)];
}

const maps: Record<string, (span: Span, batch: Batch) => Draft[]> = {
  tool: called,
  "tool.execution": executed,
  "tool.blocked_on_user": asked,
  llm_request: answered,
  interaction: interacted,
};

function common({ attributes }: Span) {
  return { source, agentId: textOf(attributes["agent_id"]) };
}

function toolCallId({ attributes }: Span): string | undefined {
  return textOf(firstOf(attributes, "tool_use_id", "gen_ai.tool.call.id"));
}

function called(span: Span): Draft[] {
  const { attributes, start, end } = span;
  const id = toolCallId(span);
  if (id === undefined) return unknown(span);
  const tool = textOf(firstOf(attributes, "tool_name", "gen_ai.tool.name")) ?? "unknown";
  const command = textOf(attributes["full_command"]);
  const path = textOf(attributes["file_path"]);
  const input = { ...(command && { command }), ...(path && { file_path: path }) };
  const call = {
    type: toolTypeOf(tool),
    ...common(span),
    toolCallId: id,
    tool,
    input,
    extra: { from, ...extraOf(span, told) },
  } as const;
  const result = { type: "tool_result", ...common(span), toolCallId: id, tool } as const;
  return [
    action(eventIdFor("tool", id), call, { time: start, rank: 0 }),
    // How it ended is told by the execution's span; this one tells whose call it was.
    response(eventIdFor("tool-result", id), result, { time: end, rank: 0 }),
  ];
}

function executed(span: Span): Draft[] {
  const { attributes, end } = span;
  const id = toolCallId(span);
  if (id === undefined) return unknown(span);
  const ok = attributes["success"] !== false && !span.failed;
  const type = textOf(firstOf(attributes, "error_class", "error.type"));
  const message = textOf(attributes["error"]) ?? (span.statusMessage || "The tool failed.");
  const record = {
    type: "tool_result",
    ...common(span),
    toolCallId: id,
    status: ok ? "ok" : "error",
    error: ok ? undefined : { message, ...(type === undefined ? {} : { type }) },
    durationMs: numberOf(attributes["duration_ms"]),
  } as const;
  return [response(eventIdFor("tool-result", id), record, { time: end })];
}

/** A question that was answered with no closes the call that it was about. */
function asked(span: Span, batch: Batch): Draft[] {
  const { attributes, end } = span;
  const call = batch.parentOf(span);
  const id = call ? toolCallId(call) : undefined;
  if (attributes["decision"] === "accept") return [];
  if (id === undefined) return unknown(span);
  const by = textOf(attributes["source"]) ?? "unknown";
  const record = {
    type: "tool_result",
    ...common(call!),
    toolCallId: id,
    status: by === "user_abort" ? "interrupted" : "denied",
    error: { message: `The call was refused (${by}).`, type: by },
  } as const;
  return [response(eventIdFor("tool-result", id), record, { time: end })];
}

function answered(span: Span): Draft[] {
  const { attributes, end, start } = span;
  const callId = textOf(firstOf(attributes, "request_id", "gen_ai.response.id")) ?? span.spanId;
  const failed = attributes["success"] === false || span.failed;
  const type = textOf(firstOf(attributes, "status_code", "error_class"));
  const message = textOf(attributes["error"]) ?? (span.statusMessage || "The model answered with an error.");
  const record = {
    type: "model_call",
    ...common(span),
    callId,
    model: textOf(firstOf(attributes, "gen_ai.response.model", "model", "gen_ai.request.model")),
    provider: textOf(firstOf(attributes, "gen_ai.provider.name", "gen_ai.system")) ?? "anthropic",
    tokens: claudeCodeTokens(attributes),
    durationMs: numberOf(attributes["duration_ms"]) ?? millisecondsBetween(start, end),
    stopReason: textOf(attributes["stop_reason"]),
    error: failed ? { message, ...(type === undefined ? {} : { type }) } : undefined,
    extra: extraOf(span, told),
  } as const;
  return [response(eventIdFor("model-call", callId), record, { time: end })];
}

/** The prompt itself is told under the prompt's id, which a span lacks; this is the time that it took. */
function interacted(span: Span): Draft[] {
  const { attributes, spanId, start, end } = span;
  const step = { ...common(span), stepId: spanId, name: "interaction" };
  const input = textOf(attributes["user_prompt"]);
  const durationMs = numberOf(attributes["interaction.duration_ms"]) ?? millisecondsBetween(start, end);
  const extra = extraOf(span, (key) => told(key) || key === "interaction.duration_ms");
  return [
    action(eventIdFor("step", spanId), { type: "step_start", ...step, input, extra }, { time: start }),
    response(
      eventIdFor("step-end", spanId),
      { type: "step_end", ...step, status: span.failed ? "error" : "ok", durationMs },
      { time: end },
    ),
  ];
}

/** A subagent's parent is whoever called the tool that it runs in. */
function agentOf(span: Span, batch: Batch): Draft[] {
  const agentId = textOf(span.attributes["agent_id"]);
  if (agentId === undefined) return [];
  const spawn = batch.ancestorsOf(span).find((outer) => isSpawn(outer) && outer.attributes["agent_id"] !== agentId);
  const type = textOf(spawn?.attributes["subagent_type"]) ?? typeFrom(span);
  const data = {
    agentId,
    type: type ?? "agent",
    parentAgentId: textOf(spawn?.attributes["agent_id"]),
    toolCallId: spawn ? toolCallId(spawn) : undefined,
  };
  return [change("agent_spawned", eventIdFor("agent", agentId), data, { time: span.start, rank: type ? 1 : 0 })];
}

function isSpawn({ name, attributes }: Span): boolean {
  return name === `${prefix}tool` && toolTypeOf(textOf(attributes["tool_name"]) ?? "") === "task_spawn";
}

function typeFrom({ attributes }: Span): string | undefined {
  return agentTypeOf(/^agent\.(?:.*\.)?([^.]+)$/.exec(textOf(attributes["query_source_safe"]) ?? "")?.[1]);
}

function unknown(span: Span): Draft[] {
  const name = span.name.startsWith(prefix) ? span.name.slice(prefix.length) : span.name;
  const durationMs = millisecondsBetween(span.start, span.end);
  const extra = {
    ...extraOf(span, toldBy(...claudeCodeContext, "session.id", "span.type", "duration_ms")),
    durationMs: durationMs ?? null,
  };
  const record = { type: "agent_event", name, ...common(span), extra } as const;
  return [action(eventIdFor("otel-span", span.spanId), record, { time: span.start })];
}
