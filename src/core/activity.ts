import type { NewEvent } from "./event.js";
import type { JsonObject, JsonValue } from "./json.js";

/**
 * What an agent did, in one shape for every source: hooks, OpenTelemetry, transcripts, callback
 * handlers. Views rely on these fields alone; docs/events.md shows them with examples.
 *
 * They are the `data` of `action` and `response` events. Field names follow the OpenTelemetry
 * GenAI conventions where those have one, in camelCase. Whatever else a source knows stays in
 * {@link Activity.extra}, as the source spelt it.
 */
export interface Activity {
  type: string;
  [field: string]: unknown;
  /** The program that it came from: `claude-code`, `codex`, `gemini`, `langgraph`, `otel`, … */
  source?: string;
  /** What the person's prompt set off, up to the next prompt; every event of it carries the same id. */
  turn?: string;
  /** The agent (of the session's state) that did it; absent for the main one. */
  agentId?: string;
  /** The step that it was part of, where the source tells of steps: a `stepId`. */
  step?: string;
  /**
   * Whatever else the source told. `from` says who told it where that was not a hook: `telemetry`, `notify`,
   * `transcript`.
   */
  extra?: JsonObject;
}

/** The action types that begin a tool call. The kind counts in the metadata's metrics. */
export const toolCallTypes = ["tool_call", "bash_exec", "file_write", "file_edit", "mcp_call", "task_spawn"] as const;
export type ToolCallType = (typeof toolCallTypes)[number];

/** An action: a tool begins to run. */
export interface ToolCall extends Activity {
  type: ToolCallType;
  /** Pairs the call with its {@link ToolResult}; unique in the session. */
  toolCallId: string;
  /** As the agent names it: `Bash`, `mcp__github__create_issue`, … */
  tool: string;
  input?: JsonValue;
}

/**
 * How a tool call ended: it ran (`ok`), it ran and failed (`error`), a person or a rule refused it
 * (`denied`), its input was not valid (`rejected`), it was stopped (`interrupted`), or the agent
 * was gone before its result was known (`lost`).
 */
export const toolResultStatuses = ["ok", "error", "denied", "rejected", "interrupted", "lost"] as const;
export type ToolResultStatus = (typeof toolResultStatuses)[number];

/**
 * A response: a tool call ended. A call has one result; a later one of the same id is a correction, and holds: the
 * true result behind a presumed one (`tool-closed:<id>`), or what a call gave behind its bare end (`tool-result:<id>#2`).
 */
export interface ToolResult extends Activity {
  type: "tool_result";
  toolCallId: string;
  tool: string;
  status: ToolResultStatus;
  /** The whole input, where the call was told of before its source told all of that. */
  input?: JsonValue;
  result?: JsonValue;
  error?: ActivityError;
  /** Milliseconds that the call ran, as the agent measured it. */
  durationMs?: number;
  /** Nobody told of the end: it was concluded from what came after. */
  presumed?: boolean;
}

export interface ActivityError {
  message: string;
  type?: string;
}

/**
 * An action: someone or something asked the agent to work. It begins a turn; a second one of the same turn
 * (`prompt:<turn>#2`) tells the text that the first kept back.
 */
export interface UserPrompt extends Activity {
  type: "user_prompt";
  text: string;
  /** `person`, or what else spoke in a person's place: `task_notification`, `command`, … */
  from?: string;
}

/** A response: the agent said something. */
export interface AssistantMessage extends Activity {
  type: "assistant_message";
  text: string;
  model?: string;
  /** Unique in the session, where the source names its messages. */
  messageId?: string;
}

/**
 * A response: a piece of a message that is still being written, for whoever looks on. The whole
 * follows as an {@link AssistantMessage} with the same `messageId`; a message of one piece has none.
 */
export interface MessageDelta extends Activity {
  type: "message_delta";
  messageId: string;
  /** Counts 0, 1, 2, … within the message. */
  index: number;
  text: string;
}

/** A response: the agent thought aloud. */
export interface Thinking extends Activity {
  type: "thinking";
  text: string;
}

/**
 * A response: one request to a model was answered, or failed. Each counts once in tokens and cost: a later one of the
 * same `callId` (`model-call:<callId>#2`) is a correction with {@link ModelCall.replaces}.
 */
export interface ModelCall extends Activity {
  type: "model_call";
  /**
   * Unique in the session, and the same from every source that knows of the call: the request's id
   * (`requestId` of Claude Code's transcript, `request_id` of its telemetry), else the model's message id.
   */
  callId: string;
  model: string;
  provider?: string;
  tokens?: Tokens;
  cost?: Cost;
  durationMs?: number;
  /** Why the model stopped, as the provider names it: `end_turn`, `tool_use`, `length`, … */
  stopReason?: string;
  error?: ActivityError;
  /** What this call was counted with before: a later source told more of it, and this is the correction. */
  replaces?: CountedCall;
}

/** The figures of a model call as the usage holds them. */
export interface CountedCall {
  model: string;
  agentId?: string;
  /** The day that it was counted on, `YYYY-MM-DD`. */
  day: string;
  tokens?: Tokens;
  cost?: Cost;
  failed?: boolean;
}

/** Counts of tokens. `input` is what was read at full price: without the cached ones. */
export interface Tokens {
  input: number;
  output: number;
  cacheRead?: number;
  /** Written to a cache that lives 5 minutes, and to one that lives an hour. */
  cacheWrite5m?: number;
  cacheWrite1h?: number;
  /** Of `output`, those spent on thinking. */
  reasoning?: number;
}

/** US dollars. `agent`: the agent's own figure. `estimate`: from a table of list prices. */
export interface Cost {
  usd: number;
  source: "agent" | "estimate";
}

/** A response: a turn came to its end. */
export interface TurnEnd extends Activity {
  type: "turn_end";
  status: "ok" | "error" | "interrupted";
  error?: ActivityError;
}

/** What a session waits for, from a person. Held in the metadata's `liveness.waitingFor` as well. */
export const waitKinds = ["permission", "answer", "prompt"] as const;
export type WaitKind = (typeof waitKinds)[number];

/** An action: the agent waits for a person. `prompt`: it is done and idle. */
export interface WaitStarted extends Activity {
  type: "wait_started";
  kind: WaitKind;
  message: string;
  /** For a permission: what would run. */
  tool?: string;
  input?: JsonValue;
  toolCallId?: string;
  /** Where it can be answered through the server: the id under `/api/approvals`. */
  approvalId?: string;
}

/** A response: the person answered, or the wait is over otherwise (`gone`). */
export interface WaitEnded extends Activity {
  type: "wait_ended";
  kind: WaitKind;
  outcome: "allowed" | "denied" | "answered" | "gone";
  reason?: string;
  /** The call that the wait was about, as {@link WaitStarted} named it. */
  toolCallId?: string;
  approvalId?: string;
}

/** An action: something about the agent itself changed. */
export interface Lifecycle extends Activity {
  type: "agent_started" | "agent_resumed" | "agent_ended" | "compaction" | "model_switch" | "notification";
  message?: string;
  reason?: string;
}

/** An action: a step of a graph or workflow began; steps nest by `parentStepId`. */
export interface StepStarted extends Activity {
  type: "step_start";
  stepId: string;
  name: string;
  parentStepId?: string;
  input?: JsonValue;
}

/** A response: a step ended. */
export interface StepEnded extends Activity {
  type: "step_end";
  stepId: string;
  name: string;
  status: "ok" | "error" | "interrupted";
  output?: JsonValue;
  error?: ActivityError;
  durationMs?: number;
}

/** An action: a source told of something that this vocabulary has no word for; it is kept whole. */
export interface UnknownActivity extends Activity {
  type: "agent_event";
  name: string;
}

/** The events that these records are stored as. */
export type ActionRecord = ToolCall | UserPrompt | WaitStarted | Lifecycle | StepStarted | UnknownActivity;
export type ResponseRecord =
  | ToolResult
  | AssistantMessage
  | MessageDelta
  | Thinking
  | ModelCall
  | TurnEnd
  | WaitEnded
  | StepEnded;

export function actionEvent(record: ActionRecord, eventId?: string, timestamp?: string): NewEvent {
  return toEvent("action", record, eventId, timestamp);
}

export function responseEvent(record: ResponseRecord, eventId?: string, timestamp?: string): NewEvent {
  return toEvent("response", record, eventId, timestamp);
}

function toEvent(type: "action" | "response", record: Activity, eventId?: string, timestamp?: string): NewEvent {
  const known = Object.entries(record).filter(([, value]) => value !== undefined);
  return {
    type,
    data: Object.fromEntries(known) as JsonObject,
    ...(eventId === undefined ? {} : { eventId }),
    ...(timestamp === undefined ? {} : { timestamp }),
  };
}
