import { isJsonObject, type JsonObject, type JsonValue } from "../../../core/json.js";
import { toldBy } from "./batch.js";
import { indexedMessages } from "./messages.js";
import { inclusiveTokens, type Operation } from "./operation.js";
import { firstOf, numberOf, parsedText, textOf } from "./values.js";

/* OpenInference, the conventions of the instrumentations for LangChain, LlamaIndex, CrewAI and many more. */

type Described = Omit<Operation, "error" | "extra" | "source">;

const kinds: Record<string, Operation["kind"]> = { LLM: "model", EMBEDDING: "model", TOOL: "tool", AGENT: "agent" };

/** Attributes that a field tells, and the conversation so far, which each call repeats. */
export const isToldByOpenInference = toldBy(
  "openinference.span.kind",
  "session.id",
  "user.id",
  "input.value",
  "input.mime_type",
  "output.value",
  "output.mime_type",
  "llm.model_name",
  "llm.provider",
  "llm.system",
  "llm.token_count.*",
  "llm.cost.*",
  "llm.input_messages.*",
  "llm.output_messages.*",
  "llm.tools.*",
  "tool.name",
  "tool_call.id",
  "agent.name",
  "embedding.model_name",
);

export function describeOpenInference(name: string, attributes: JsonObject): Described | undefined {
  const kind = kindOf(name, attributes);
  if (kind === undefined) return undefined;
  const isModel = kind === "model";
  const output = valueOf(attributes, "output");
  return {
    kind,
    name: nameOf(kind, name, attributes),
    // A model of no known name is named after what called it.
    model: isModel ? (modelOf(attributes) ?? name) : undefined,
    provider: textOf(firstOf(attributes, "llm.provider", "llm.system")),
    tokens: isModel ? tokensOf(attributes) : undefined,
    usd: isModel ? numberOf(attributes["llm.cost.total"]) : undefined,
    toolCallId:
      textOf(firstOf(attributes, "tool_call.id", "tool.id")) ?? (kind === "tool" ? callIdIn(output) : undefined),
    // What a model read and wrote is told by its messages.
    input: isModel ? undefined : valueOf(attributes, "input"),
    output: isModel ? undefined : output,
    asked: indexedMessages(attributes, "llm.input_messages", "message."),
    said: indexedMessages(attributes, "llm.output_messages", "message."),
  };
}

function kindOf(name: string, attributes: JsonObject): Operation["kind"] | undefined {
  const given = textOf(attributes["openinference.span.kind"])?.toUpperCase();
  if (given === undefined) return undefined;
  const kind = Object.hasOwn(kinds, given) ? kinds[given]! : "step";
  return kind === "agent" && isNode(name, attributes) ? "step" : kind;
}

/** The instrumentation takes any node of a LangGraph for an agent that has the word in its name. */
function isNode(name: string, attributes: JsonObject): boolean {
  const metadata = parsedText(attributes["metadata"]);
  return isJsonObject(metadata) && metadata["langgraph_node"] === name;
}

function nameOf(kind: Operation["kind"], name: string, attributes: JsonObject): string {
  if (kind === "tool") return textOf(attributes["tool.name"]) ?? name;
  return (
    (kind === "agent" ? textOf(attributes["agent.name"]) : undefined) ?? textOf(attributes["graph.node.name"]) ?? name
  );
}

function modelOf(attributes: JsonObject): string | undefined {
  const parameters = parsedText(attributes["llm.invocation_parameters"]);
  const asked = isJsonObject(parameters) ? firstOf(parameters, "model", "model_name") : undefined;
  return textOf(firstOf(attributes, "llm.model_name", "embedding.model_name")) ?? textOf(asked);
}

function tokensOf(attributes: JsonObject) {
  const of = (key: string) => numberOf(attributes[`llm.token_count.${key}`]);
  return inclusiveTokens({
    input: of("prompt"),
    output: of("completion"),
    cacheRead: of("prompt_details.cache_read"),
    cacheWrite: of("prompt_details.cache_write"),
    reasoning: of("completion_details.reasoning"),
  });
}

function valueOf(attributes: JsonObject, side: "input" | "output"): JsonValue | undefined {
  return parsedText(attributes[`${side}.value`]);
}

const deepest = 8;

/** The id of the call that a tool's message answers, wherever the framework's own shape has it. */
function callIdIn(value: JsonValue | undefined): string | undefined {
  if (typeof value === "string") return /\btool_call_id='([^']+)'/.exec(value)?.[1];
  let level: JsonValue[] = value === undefined ? [] : [value];
  for (let depth = 0; depth < deepest && level.length > 0; depth++) {
    const objects = level.filter(isJsonObject);
    const ids = objects.map((object) => object["tool_call_id"]).filter((id) => typeof id === "string");
    if (ids.length > 0) return ids[0];
    level = [...objects, ...level.filter(Array.isArray)].flatMap((one) => Object.values(one) as JsonValue[]);
  }
  return undefined;
}
