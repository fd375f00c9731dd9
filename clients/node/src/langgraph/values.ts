import { isObject, type JsonValue } from "../json.js";
import { toPlain } from "../plain.js";

/** What is read of a LangChain message; every field is looked for and none relied on. */
export interface Message {
  id?: unknown;
  content?: unknown;
  name?: unknown;
  tool_calls?: unknown;
  tool_call_id?: unknown;
  status?: unknown;
  usage_metadata?: unknown;
  response_metadata?: unknown;
  _getType?: () => unknown;
}

const deepest = 8;

export function isMessage(value: unknown): value is Message {
  return isObject(value) && typeof value["_getType"] === "function";
}

function roleOf(message: Message): string {
  try {
    return String(message._getType?.() ?? "unknown");
  } catch {
    return "unknown";
  }
}

/** The message's text: of content blocks, those of the type `text` or `output_text`. */
export function textOf({ content }: Message): string {
  return blocksOf(content)
    .flatMap(({ type, text }) =>
      (type === "text" || type === "output_text") && typeof text === "string" ? [text] : [],
    )
    .join("");
}

/** What the model thought aloud, where the provider tells it. */
export function thinkingOf({ content }: Message): string {
  return blocksOf(content)
    .flatMap(({ type, thinking, reasoning }) => {
      const text = type === "thinking" ? thinking : type === "reasoning" ? reasoning : undefined;
      return typeof text === "string" ? [text] : [];
    })
    .join("\n");
}

function blocksOf(content: unknown): Record<string, unknown>[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  return Array.isArray(content) ? content.filter(isObject) : [];
}

/** A value as JSON, with messages reduced to what they say. */
export function simplified(value: unknown): JsonValue {
  return toPlain(briefly(value, 0));
}

function briefly(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null || depth > deepest) return value;
  if (isMessage(value)) return messageBriefly(value);
  if (Array.isArray(value)) return value.map((item) => briefly(item, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, briefly(child, depth + 1)]));
}

function messageBriefly(message: Message): Record<string, unknown> {
  const { content, name, id, tool_calls: calls, tool_call_id: callId } = message;
  return {
    role: roleOf(message),
    content,
    ...(typeof name === "string" ? { name } : {}),
    ...(typeof id === "string" ? { id } : {}),
    ...(Array.isArray(calls) && calls.length > 0 ? { toolCalls: calls } : {}),
    ...(typeof callId === "string" ? { toolCallId: callId } : {}),
  };
}

/** What the person asked: the last message of a state, if it is a person's; or an input that is a text. */
export function promptOf(inputs: unknown): string | undefined {
  if (typeof inputs === "string") return inputs || undefined;
  if (!isObject(inputs)) return undefined;
  const { messages, input } = inputs;
  if (typeof input === "string") return input || undefined;
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : messages;
  return typeof last === "string" ? last || undefined : promptOfMessage(last);
}

/** LangChain takes messages as objects of its classes, as `{role, content}` and as `[role, content]`. */
function promptOfMessage(message: unknown): string | undefined {
  if (isMessage(message)) return roleOf(message) === "human" ? textOf(message) || undefined : undefined;
  const [role, content] = Array.isArray(message)
    ? (message as unknown[])
    : isObject(message)
      ? [message["role"] ?? message["type"], message["content"]]
      : [];
  const isPersons = role === "user" || role === "human";
  return isPersons && typeof content === "string" ? content || undefined : undefined;
}

export function errorOf(error: unknown): { message: string; type?: string } {
  if (!isObject(error)) return { message: String(error) };
  const { message, name } = error;
  return {
    message: typeof message === "string" && message !== "" ? message : String(name ?? "failed"),
    ...(typeof name === "string" ? { type: name } : {}),
  };
}

/** How LangGraph leaves a node that asks a person something; none of an error. */
export function interruptsOf(error: unknown): unknown[] | undefined {
  if (!isObject(error)) return undefined;
  const { name, interrupts } = error;
  if (name !== "GraphInterrupt" && name !== "NodeInterrupt") return undefined;
  return Array.isArray(interrupts) ? interrupts : [];
}

/** How LangGraph leaves a node for one of the graph around it; no error either. */
export function isParentCommand(error: unknown): boolean {
  return isObject(error) && (error["name"] === "ParentCommand" || error["name"] === "GraphBubbleUp");
}

/** A JSON text parsed, any other text as it is. */
export function parsedInput(input: unknown): JsonValue {
  if (typeof input !== "string") return simplified(input);
  try {
    return JSON.parse(input) as JsonValue;
  } catch {
    return input;
  }
}
