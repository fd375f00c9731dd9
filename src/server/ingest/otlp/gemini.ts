import { toolTypeOf } from "../tool-type.js";
import { eventIdFor } from "../telling/input.js";
import { extraOf, identityOf, toldBy } from "./batch.js";
import { action, response, type Draft } from "./draft.js";
import type { Log, Span } from "./signals.js";
import { numberOf, parsedText, textOf } from "./values.js";

const source = "gemini";
/** How what hooks tell as well, under other ids, is known to be from here. */
const from = "telemetry";
const prefix = "gemini_cli.";

/** What every record of a process repeats. */
export const geminiContext = ["installation.id", "interactive", "auth_type", "user.email"];

const told = toldBy(...geminiContext, "session.id", "event.name", "event.timestamp", "prompt_id");

/**
 * Records that others tell: a request is told by its answer, and holds the whole conversation so far;
 * a hook that ran, by what it was called for.
 */
const leftOut = new Set(["api_request"]);

export function isGemini({ scope, name }: Log | Span): boolean {
  return scope === "gemini-cli" || name.startsWith(prefix);
}

/** Gemini CLI's spans tell of the same calls as its log records, without tokens, results or an id in common. */
const toldByLogs = new Set(["llm_call", "tool_call", "schedule_tool_calls", "user_prompt", "system_prompt"]);

export function isToldByGeminiLogs(span: Span): boolean {
  return isGemini(span) && toldByLogs.has(textOf(span.attributes["gen_ai.operation.name"]) ?? span.name);
}

export function mapGeminiLog(log: Log): Draft[] {
  // The same call in the words of the GenAI conventions; `api_response` tells it with all its tokens.
  if (log.name.startsWith("gen_ai.")) return [];
  const name = log.name.startsWith(prefix) ? log.name.slice(prefix.length) : log.name;
  if (leftOut.has(name) || (name === "hook_call" && log.attributes["success"] === true)) return [];
  const map = Object.hasOwn(maps, name) ? maps[name]! : unknown;
  return map(log);
}

const maps: Record<string, (log: Log) => Draft[]> = {
  config: started,
  user_prompt: prompted,
  tool_call: called,
  api_response: answered,
  api_error: answered,
};

function common({ attributes }: Log) {
  return { source, turn: textOf(attributes["prompt_id"]) };
}

function started(log: Log): Draft[] {
  return [
    action(
      eventIdFor("otel", identityOf(log)),
      { type: "agent_started", source, extra: { from, ...extraOf(log, told) } },
      { time: log.time },
    ),
  ];
}

function prompted(log: Log): Draft[] {
  const promptId = textOf(log.attributes["prompt_id"]);
  // Where it runs without a person, every prompt has the session's id.
  const id = promptId === undefined || promptId === log.attributes["session.id"] ? identityOf(log) : promptId;
  const text = textOf(log.attributes["prompt"]) ?? "";
  const extra = { from, ...extraOf(log, (key) => told(key) || key === "prompt") };
  return [
    action(
      eventIdFor("prompt", id),
      { type: "user_prompt", ...common(log), text, from: "person", extra },
      { time: log.time },
    ),
  ];
}

const ofTool = toldBy("function_name", "function_args", "duration_ms", "success", "error", "error_type");

/** Told once, when it is over; the call has no id that anything else knows. */
function called(log: Log): Draft[] {
  const { attributes, time } = log;
  const toolCallId = identityOf(log);
  const tool = textOf(attributes["function_name"]) ?? "unknown";
  const type =
    textOf(attributes["mcp_server_name"]) || attributes["tool_type"] === "mcp" ? "mcp_call" : toolTypeOf(tool);
  const durationMs = numberOf(attributes["duration_ms"]);
  const input = parsedText(attributes["function_args"]);
  const call = { type, ...common(log), toolCallId, tool, input, extra: { from } } as const;
  const refused = attributes["decision"] === "reject";
  const ok = attributes["success"] === true;
  const errorType = textOf(attributes["error_type"]);
  const message = textOf(attributes["error"]) ?? (refused ? "The call was refused." : "The tool failed.");
  const result = {
    type: "tool_result",
    ...common(log),
    toolCallId,
    tool,
    status: ok ? "ok" : refused ? "denied" : "error",
    error: ok ? undefined : { message, ...(errorType === undefined ? {} : { type: errorType }) },
    durationMs,
    extra: extraOf(log, (key) => told(key) || ofTool(key)),
  } as const;
  const began = time - BigInt(Math.round((durationMs ?? 0) * 1_000_000));
  return [
    action(eventIdFor("tool", toolCallId), call, { time: began }),
    response(eventIdFor("tool-result", toolCallId), result, { time }),
  ];
}

const ofAnswer = toldBy(
  "model",
  "duration_ms",
  "input_token_count",
  "output_token_count",
  "cached_content_token_count",
  "thoughts_token_count",
  "finish_reasons",
  "error",
  "error_type",
  "error.message",
  "response_text",
);

/** The cached tokens are part of the input; the thoughts come on top of the output. */
function answered(log: Log): Draft[] {
  const { attributes, name } = log;
  const callId = identityOf(log);
  const of = (key: string) => numberOf(attributes[key]) ?? 0;
  const input = numberOf(attributes["input_token_count"]);
  const cacheRead = of("cached_content_token_count");
  const reasoning = of("thoughts_token_count");
  const tokens = {
    // What a tool adds to the prompt is counted apart, and was read all the same.
    input: Math.max(0, (input ?? 0) - cacheRead) + of("tool_token_count"),
    output: of("output_token_count") + reasoning,
    ...(cacheRead > 0 && { cacheRead }),
    ...(reasoning > 0 && { reasoning }),
  };
  const failed = name === `${prefix}api_error` || textOf(attributes["error"]) !== undefined;
  const type = textOf(attributes["error_type"]);
  const message =
    textOf(attributes["error"]) ?? textOf(attributes["error.message"]) ?? "The model answered with an error.";
  const reasons = attributes["finish_reasons"];
  const record = {
    type: "model_call",
    ...common(log),
    callId,
    model: textOf(attributes["model"]),
    provider: "gcp.gemini",
    tokens: input === undefined ? undefined : tokens,
    durationMs: numberOf(attributes["duration_ms"]),
    stopReason: Array.isArray(reasons) ? textOf(reasons[0]) : undefined,
    error: failed ? { message, ...(type === undefined ? {} : { type }) } : undefined,
    extra: extraOf(log, (key) => told(key) || ofAnswer(key)),
  } as const;
  return [response(eventIdFor("model-call", callId), record, { time: log.time })];
}

function unknown(log: Log): Draft[] {
  const name = log.name.startsWith(prefix) ? log.name.slice(prefix.length) : log.name || "log";
  const extra = { ...extraOf(log, told), ...(typeof log.body === "string" && { body: log.body }) };
  return [
    action(
      eventIdFor("otel", identityOf(log)),
      { type: "agent_event", name, ...common(log), extra },
      { time: log.time },
    ),
  ];
}
