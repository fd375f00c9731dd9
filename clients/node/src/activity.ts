/**
 * What an agent did, in the shape that views of a session rely on. The same types as the server's
 * (src/core/activity.ts), of those that this package writes.
 */
import type { JsonObject, JsonValue } from "./json.js";

export interface Activity {
  type: string;
  [field: string]: unknown;
  /** The program that it came from. */
  source?: string;
  /** What one prompt set off; every event of it carries the same id. */
  turn?: string;
  /** The agent that did it; absent for the main one. */
  agentId?: string;
  /** The step that it was part of. */
  step?: string;
  extra?: JsonObject;
}

export interface ActivityError {
  message: string;
  type?: string;
}

export interface ToolCall extends Activity {
  type: "tool_call" | "bash_exec" | "file_write" | "file_edit" | "mcp_call" | "task_spawn";
  toolCallId: string;
  tool: string;
  input?: JsonValue;
}

export interface ToolResult extends Activity {
  type: "tool_result";
  toolCallId: string;
  tool: string;
  status: "ok" | "error" | "denied" | "rejected" | "interrupted" | "lost";
  result?: JsonValue;
  error?: ActivityError;
  durationMs?: number;
}

export interface UserPrompt extends Activity {
  type: "user_prompt";
  text: string;
  from?: string;
}

export interface AssistantMessage extends Activity {
  type: "assistant_message";
  text: string;
  model?: string;
  messageId?: string;
}

export interface Thinking extends Activity {
  type: "thinking";
  text: string;
}

/** `input` is what was read at full price: without the cached ones. */
export interface Tokens {
  input: number;
  output: number;
  cacheRead?: number;
  cacheWrite5m?: number;
  cacheWrite1h?: number;
  reasoning?: number;
}

export interface ModelCall extends Activity {
  type: "model_call";
  callId: string;
  model: string;
  provider?: string;
  tokens?: Tokens;
  durationMs?: number;
  stopReason?: string;
  error?: ActivityError;
}

export interface TurnEnd extends Activity {
  type: "turn_end";
  status: "ok" | "error" | "interrupted";
  error?: ActivityError;
}

export interface WaitStarted extends Activity {
  type: "wait_started";
  kind: "permission" | "answer" | "prompt";
  message: string;
}

export interface WaitEnded extends Activity {
  type: "wait_ended";
  kind: "permission" | "answer" | "prompt";
  outcome: "allowed" | "denied" | "answered" | "gone";
}

export interface StepStarted extends Activity {
  type: "step_start";
  stepId: string;
  name: string;
  parentStepId?: string;
  input?: JsonValue;
}

export interface StepEnded extends Activity {
  type: "step_end";
  stepId: string;
  name: string;
  status: "ok" | "error" | "interrupted";
  output?: JsonValue;
  error?: ActivityError;
  durationMs?: number;
}

/** Something that there is no word for. */
export interface UnknownActivity extends Activity {
  type: "agent_event";
  name: string;
}
