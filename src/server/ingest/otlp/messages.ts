import type { JsonObject, JsonValue } from "../../../core/json.js";
import { isJsonObject } from "../../../core/json.js";
import { parsedText, textOf } from "./values.js";

/** One message to or from a model, as far as it is told. */
export interface Message {
  role: string;
  text: string;
  thinking: string;
  toolCalls: JsonValue[];
}

/**
 * A list of messages in the GenAI conventions (`parts`), or in the shape that most model APIs take
 * (`content`); as a value or as JSON text.
 */
export function messagesOf(value: JsonValue | undefined): Message[] {
  const list = parsedText(value);
  if (typeof list === "string" && list !== "") return [{ role: "", text: list, thinking: "", toolCalls: [] }];
  return (Array.isArray(list) ? list : [list]).filter(isJsonObject).map(messageOf);
}

export function messageOf(message: JsonObject): Message {
  const content = message["parts"] ?? message["content"];
  const parts = Array.isArray(content) ? content : [content ?? null];
  const calls = Array.isArray(message["tool_calls"]) ? message["tool_calls"] : [];
  return {
    role: textOf(message["role"]) ?? "",
    text: parts.map(textPart).filter(Boolean).join("\n"),
    thinking: parts.map(thinkingPart).filter(Boolean).join("\n"),
    toolCalls: [...calls, ...parts.filter((part) => isJsonObject(part) && part["type"] === "tool_call")],
  };
}

function textPart(part: JsonValue): string {
  if (typeof part === "string") return part;
  if (!isJsonObject(part)) return "";
  const type = part["type"];
  return type === "text" || type === undefined ? (textOf(part["content"] ?? part["text"]) ?? "") : "";
}

function thinkingPart(part: JsonValue): string {
  if (!isJsonObject(part) || !(part["type"] === "reasoning" || part["type"] === "thinking")) return "";
  return textOf(part["content"] ?? part["text"] ?? part["thinking"]) ?? "";
}

const mostMessages = 4096;

/**
 * Messages that are spread over attributes by index: `llm.input_messages.0.message.role` in
 * OpenInference, `gen_ai.prompt.0.role` in older instrumentations.
 */
export function indexedMessages(attributes: JsonObject, prefix: string, infix = ""): Message[] {
  const messages: Message[] = [];
  for (let index = 0; index < mostMessages; index++) {
    const at = `${prefix}.${index}.${infix}`;
    const role = textOf(attributes[`${at}role`]);
    const message = {
      role: role ?? "",
      text: indexedText(attributes, at),
      thinking: "",
      toolCalls: indexedCalls(attributes, at),
    };
    if (role === undefined && message.text === "" && message.toolCalls.length === 0) break;
    messages.push(message);
  }
  return messages;
}

function indexedText(attributes: JsonObject, at: string): string {
  const content = attributes[`${at}content`];
  if (content !== undefined) return messageOf({ content: parsedText(content)! }).text || (textOf(content) ?? "");
  const texts: string[] = [];
  for (let part = 0; part < mostMessages; part++) {
    const type = attributes[`${at}contents.${part}.message_content.type`];
    const text = textOf(attributes[`${at}contents.${part}.message_content.text`]);
    if (type === undefined && text === undefined) break;
    if (text !== undefined) texts.push(text);
  }
  return texts.join("\n");
}

function indexedCalls(attributes: JsonObject, at: string): JsonValue[] {
  const calls: JsonValue[] = [];
  for (let index = 0; index < mostMessages; index++) {
    const call = `${at}tool_calls.${index}.`;
    const name = attributes[`${call}tool_call.function.name`] ?? attributes[`${call}name`];
    if (name === undefined) break;
    const id = attributes[`${call}tool_call.id`] ?? attributes[`${call}id`];
    const input = attributes[`${call}tool_call.function.arguments`] ?? attributes[`${call}arguments`];
    calls.push({
      name,
      ...(id === undefined ? {} : { id }),
      ...(input === undefined ? {} : { arguments: parsedText(input)! }),
    });
  }
  return calls;
}

/** What a person asked, where the conversation ends with it. */
export function lastPrompt(messages: readonly Message[]): string | undefined {
  const last = messages.at(-1);
  return last && (last.role === "user" || last.role === "human") && last.text !== "" ? last.text : undefined;
}
