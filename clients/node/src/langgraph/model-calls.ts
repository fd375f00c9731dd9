import type { Tokens } from "../activity.js";
import { isObject } from "../json.js";
import { isMessage, type Message } from "./values.js";

/** What a model run ended with, as far as it can be read of LangChain's LLMResult. */
export interface ModelOutput {
  message: Message | undefined;
  text: string | undefined;
  model: string | undefined;
  stopReason: string | undefined;
  tokens: Tokens | undefined;
}

type Fields = Record<string, unknown>;

export function readModelOutput(output: unknown): ModelOutput {
  const { generations, llmOutput } = fields(output);
  const first = fields(Array.isArray(generations) ? (generations as unknown[][])[0]?.[0] : undefined);
  const message = isMessage(first["message"]) ? first["message"] : undefined;
  const about = {
    ...fields(llmOutput),
    ...fields(first["generationInfo"]),
    ...fields(message?.response_metadata),
  };
  return {
    message,
    text: text(first["text"]),
    model: firstText(about, "model_name", "model", "ls_model_name"),
    stopReason: firstText(about, "finish_reason", "stop_reason", "finishReason"),
    tokens: tokensOf(message?.usage_metadata) ?? olderTokensOf(about["tokenUsage"] ?? about["estimatedTokenUsage"]),
  };
}

function firstText(from: Fields, ...names: string[]): string | undefined {
  return names.map((name) => text(from[name])).find((each) => each !== undefined);
}

/** LangChain counts cached tokens among the input; here the input is what was read at full price. */
function tokensOf(usage: unknown): Tokens | undefined {
  const { input_tokens: all, output_tokens: output, input_token_details, output_token_details } = fields(usage);
  if (typeof all !== "number" && typeof output !== "number") return undefined;
  const read = fields(input_token_details);
  const cacheRead = count(read["cache_read"]);
  const write1h = count(read["ephemeral_1h_input_tokens"]);
  const write5m = count(read["ephemeral_5m_input_tokens"]);
  const written = Math.max(count(read["cache_creation"]), write1h + write5m);
  const reasoning = count(fields(output_token_details)["reasoning"]);
  return {
    input: Math.max(0, count(all) - cacheRead - written),
    output: count(output),
    ...(cacheRead > 0 ? { cacheRead } : {}),
    ...(written > write1h ? { cacheWrite5m: written - write1h } : {}),
    ...(write1h > 0 ? { cacheWrite1h: write1h } : {}),
    ...(reasoning > 0 ? { reasoning } : {}),
  };
}

function olderTokensOf(usage: unknown): Tokens | undefined {
  const { promptTokens, completionTokens } = fields(usage);
  if (typeof promptTokens !== "number" && typeof completionTokens !== "number") return undefined;
  return { input: count(promptTokens), output: count(completionTokens) };
}

/** What a model run says of its model before it is answered. */
export function modelOf(serialized: unknown, extra: unknown, metadata: unknown): string | undefined {
  const parameters = fields(fields(extra)["invocation_params"]);
  return (
    text(fields(metadata)["ls_model_name"]) ??
    text(parameters["model"]) ??
    text(parameters["model_name"]) ??
    text(fields(fields(serialized)["kwargs"])["model"])
  );
}

export function providerOf(metadata: unknown): string | undefined {
  return text(fields(metadata)["ls_provider"]);
}

/** The class that a run is of: the last part of its serialised id. */
export function classOf(serialized: unknown): string | undefined {
  const { id, name } = fields(serialized);
  return text(name) ?? (Array.isArray(id) ? text(id.at(-1)) : undefined);
}

function fields(value: unknown): Fields {
  return isObject(value) ? value : {};
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function count(value: unknown): number {
  return typeof value === "number" && value > 0 ? value : 0;
}
