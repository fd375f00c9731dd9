import type { JsonObject, JsonValue } from "../../core/json.js";
import type { TranscriptLine } from "./transcript-fixture.js";

/* Lines of a transcript of Claude Code, as short as they can be. Times are seconds of one day. */

const envelope = { cwd: "/work", sessionId: "s-1", version: "2.1.330", userType: "external" };

export function at(second: number): string {
  return new Date(Date.parse("2026-11-20T08:00:00.000Z") + second * 1000).toISOString();
}

export function userLine(second: number, content: JsonValue, more: JsonObject = {}): TranscriptLine {
  const line = { type: "user", message: { role: "user", content }, uuid: `u-${second}`, timestamp: at(second) };
  return { line: { ...envelope, ...line, ...more } };
}

export function promptLine(second: number, turn: string, text = "do it", more: JsonObject = {}): TranscriptLine {
  return userLine(second, text, { promptId: turn, permissionMode: "default", ...more });
}

export interface AnswerOf {
  message?: string;
  request?: string;
  model?: string;
  output?: number;
  usage?: JsonObject;
  stop?: string | null;
  more?: JsonObject;
}

/** One line of an answer of the model, with its blocks. */
export function answerLine(second: number, blocks: JsonObject[], answer: AnswerOf = {}): TranscriptLine {
  const { message = `msg-${second}`, request = `req-${second}`, model = "claude-opus-5-5", output = 10 } = answer;
  const usage = answer.usage ?? { input_tokens: 100, output_tokens: output };
  const stop_reason = answer.stop === undefined ? "tool_use" : answer.stop;
  const body = { id: message, role: "assistant", model, content: blocks, stop_reason, usage };
  const line = { type: "assistant", message: body, requestId: request, uuid: `a-${second}`, timestamp: at(second) };
  return { line: { ...envelope, ...line, ...answer.more } };
}

export const text = (words: string): JsonObject => ({ type: "text", text: words });
export const thinking = (words: string): JsonObject => ({ type: "thinking", thinking: words, signature: "x" });

export function use(id: string, name = "Bash", input: JsonObject = { command: id }): JsonObject {
  return { type: "tool_use", id, name, input };
}

export function resultLine(
  second: number,
  id: string,
  content: JsonValue = "done",
  more: JsonObject = {},
): TranscriptLine {
  const { is_error, ...rest } = more;
  const block = { type: "tool_result", tool_use_id: id, content, ...(is_error !== undefined && { is_error }) };
  return userLine(second, [block], rest);
}

export function otherLine(type: string, more: JsonObject = {}): TranscriptLine {
  return { line: { type, sessionId: "s-1", ...more } };
}

export function systemLine(second: number, subtype: string, more: JsonObject = {}): TranscriptLine {
  return otherLine("system", { subtype, uuid: `s-${second}`, timestamp: at(second), ...more });
}

export function costLine(usd: number, models: Record<string, JsonObject> = {}): TranscriptLine {
  return otherLine("cost-state", { totalCostUSD: usd, modelUsage: models, hasUnknownModelCost: false });
}
