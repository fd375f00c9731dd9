import type { JsonObject } from "../../../core/json.js";
import { toldBy } from "./batch.js";
import { indexedMessages, messagesOf, type Message } from "./messages.js";
import { inclusiveTokens, type Operation } from "./operation.js";
import { firstOf, numberOf, parsedText, textOf } from "./values.js";

/* The GenAI semantic conventions of OpenTelemetry, their earlier names, and the dialects that build on them. */

type Described = Omit<Operation, "error" | "extra" | "source">;

const modelOperations = new Set([
  "chat",
  "text_completion",
  "generate_content",
  "completion",
  "embeddings",
  "llm_call",
]);
const agentOperations = new Set(["invoke_agent", "create_agent"]);
const toolOperations = new Set(["execute_tool", "tool_call"]);

/** Attributes that a field tells, and the vendor's prompts. */
export const isToldByGenAi = toldBy(
  "gen_ai.operation.name",
  "gen_ai.provider.name",
  "gen_ai.system",
  "gen_ai.request.model",
  "gen_ai.response.model",
  "gen_ai.response.id",
  "gen_ai.response.finish_reasons",
  "gen_ai.usage.*",
  "gen_ai.tool.name",
  "gen_ai.tool.call.*",
  "gen_ai.tool.call_id",
  "gen_ai.tool.definitions",
  "gen_ai.agent.name",
  "gen_ai.input.messages",
  "gen_ai.output.messages",
  "gen_ai.system_instructions",
  "gen_ai.prompt.*",
  "gen_ai.completion.*",
  "ai.toolCall.*",
  "ai.prompt*",
  "ai.response.text",
  "traceloop.span.kind",
  "traceloop.entity.*",
  "error.type",
);

/** What the attributes say; undefined where they do not speak of GenAI. */
export function describeGenAi(name: string, attributes: JsonObject): Described | undefined {
  const kind = kindOf(attributes);
  if (kind === undefined) return undefined;
  const reasons = attributes["gen_ai.response.finish_reasons"];
  return {
    kind,
    name: nameOf(kind, name, attributes),
    model: textOf(firstOf(attributes, "gen_ai.response.model", "gen_ai.request.model")),
    provider: textOf(firstOf(attributes, "gen_ai.provider.name", "gen_ai.system")),
    tokens: kind === "model" ? tokensOf(attributes) : undefined,
    usd: kind === "model" ? numberOf(firstOf(attributes, "gen_ai.usage.cost", "gen_ai.usage.total_cost")) : undefined,
    callId: textOf(attributes["gen_ai.response.id"]),
    toolCallId: textOf(firstOf(attributes, "gen_ai.tool.call.id", "gen_ai.tool.call_id", "ai.toolCall.id")),
    stopReason: textOf(Array.isArray(reasons) ? reasons[0] : reasons),
    input: parsedText(firstOf(attributes, "gen_ai.tool.call.arguments", "ai.toolCall.args", "traceloop.entity.input")),
    output: parsedText(firstOf(attributes, "gen_ai.tool.call.result", "ai.toolCall.result", "traceloop.entity.output")),
    asked: messages(attributes, "gen_ai.input.messages", "gen_ai.prompt", "ai.prompt.messages"),
    said: messages(attributes, "gen_ai.output.messages", "gen_ai.completion", "ai.response.text"),
  };
}

function kindOf(attributes: JsonObject): Operation["kind"] | undefined {
  const operation = textOf(attributes["gen_ai.operation.name"]);
  if (operation !== undefined) return kindOfOperation(operation);
  const dialect = textOf(attributes["traceloop.span.kind"]);
  if (dialect !== undefined) return dialect === "tool" || dialect === "agent" ? dialect : "step";
  if (firstOf(attributes, "gen_ai.tool.name", "ai.toolCall.name") !== undefined) return "tool";
  if (firstOf(attributes, "gen_ai.request.model", "gen_ai.response.model") !== undefined) return "model";
  return firstOf(attributes, "gen_ai.agent.name", "gen_ai.system", "gen_ai.provider.name") === undefined
    ? undefined
    : "step";
}

function kindOfOperation(operation: string): Operation["kind"] {
  if (modelOperations.has(operation)) return "model";
  if (toolOperations.has(operation)) return "tool";
  return agentOperations.has(operation) ? "agent" : "step";
}

function nameOf(kind: Operation["kind"], name: string, attributes: JsonObject): string {
  const keys = { tool: ["gen_ai.tool.name", "ai.toolCall.name"], agent: ["gen_ai.agent.name"], model: [], step: [] }[
    kind
  ];
  return textOf(firstOf(attributes, ...keys, "traceloop.entity.name")) ?? name;
}

function tokensOf(attributes: JsonObject) {
  const of = (...keys: string[]) => numberOf(firstOf(attributes, ...keys));
  return inclusiveTokens({
    input: of("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
    output: of("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
    cacheRead: of(
      "gen_ai.usage.cache_read.input_tokens",
      "gen_ai.usage.cache_read_input_tokens",
      "gen_ai.usage.cached_input_tokens",
    ),
    cacheWrite: of("gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_creation_input_tokens"),
    reasoning: of(
      "gen_ai.usage.reasoning.output_tokens",
      "gen_ai.usage.reasoning_tokens",
      "gen_ai.usage.output_tokens.reasoning",
    ),
  });
}

function messages(attributes: JsonObject, key: string, indexed: string, dialect: string): Message[] {
  const listed = messagesOf(attributes[key]);
  if (listed.length > 0) return listed;
  const spread = indexedMessages(attributes, indexed);
  return spread.length > 0 ? spread : messagesOf(attributes[dialect]);
}
