import type * as agent from "./agent.cjs";
import type * as errors from "./errors.cjs";
import type * as events from "./events.cjs";
import type * as json from "./json.cjs";
import type * as redact from "./redact.cjs";
import type * as scopes from "./scopes.cjs";
import type * as settings from "./settings.cjs";
import type * as types from "./types.cjs";

/** What `require("container-hook-agent")` gives: the agent that the environment sets up, and the rest on it. */
interface Exports extends agent.HookAgent {
  readonly default: Exports;
  readonly HookAgent: typeof agent.HookAgent;
  readonly HookAgentError: typeof errors.HookAgentError;
  readonly NoSessionError: typeof errors.NoSessionError;
  readonly InvalidInputError: typeof errors.InvalidInputError;
  readonly TooLargeError: typeof errors.TooLargeError;
  readonly RefusedError: typeof errors.RefusedError;
  readonly UnreachableError: typeof errors.UnreachableError;
  readonly DeliveryTimeoutError: typeof errors.DeliveryTimeoutError;
}

declare const hookAgent: Exports;

declare namespace hookAgent {
  type HookAgent = agent.HookAgent;
  type HookAgentError = errors.HookAgentError;
  type HookAgentErrorCode = errors.HookAgentErrorCode;
  type NoSessionError = errors.NoSessionError;
  type InvalidInputError = errors.InvalidInputError;
  type TooLargeError = errors.TooLargeError;
  type RefusedError = errors.RefusedError;
  type UnreachableError = errors.UnreachableError;
  type DeliveryTimeoutError = errors.DeliveryTimeoutError;
  type EventType = events.EventType;
  type JsonObject = json.JsonObject;
  type JsonValue = json.JsonValue;
  type RedactionOptions = redact.RedactionOptions;
  type AgentScope = scopes.AgentScope;
  type GoalScope = scopes.GoalScope;
  type Scope<T> = scopes.Scope<T>;
  type HookAgentOptions = settings.HookAgentOptions;
  type AgentInput = types.AgentInput;
  type AgentRecord = types.AgentRecord;
  type AgentResult = types.AgentResult;
  type CallOptions = types.CallOptions;
  type EventInput = types.EventInput;
  type GoalInput = types.GoalInput;
  type GoalPatch = types.GoalPatch;
  type GoalRecord = types.GoalRecord;
  type GoalStatus = types.GoalStatus;
  type Receipt = types.Receipt;
  type RecordInput = types.RecordInput;
  type Resumed = types.Resumed;
  type SessionEnd = types.SessionEnd;
  type SessionStart = types.SessionStart;
  type SessionState = types.SessionState;
  type Started = types.Started;
}

export = hookAgent;
