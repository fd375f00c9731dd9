import type { EventType } from "./events.js";
import type { JsonObject, JsonValue } from "./json.js";

/** How one call is made. */
export interface CallOptions {
  /** Wait until the server has stored the event, at most `requestTimeoutMs`; the answer then has its `seq`. */
  wait?: boolean;
}

/** What was queued. `seq`: its place in the session's log, where it is known to be stored. */
export interface Receipt {
  eventId: string;
  seq?: number;
}

/** An action or a response: any object with a `type`. Its own `eventId` and `timestamp` are the event's. */
export interface RecordInput {
  type: string;
  eventId?: string;
  timestamp?: string | number | Date;
  [field: string]: unknown;
}

/** Any event of a session's log. */
export interface EventInput {
  type: EventType;
  data: Record<string, unknown>;
  /** Makes it one and the same where it is told again. */
  eventId?: string;
  timestamp?: string | number | Date;
}

export type GoalStatus = "pending" | "in_progress" | "completed" | "failed" | "cancelled";

export interface GoalInput {
  description: string;
  /** Made where it is absent. With one, adding the goal again changes nothing. */
  goalId?: string;
  status?: GoalStatus;
  priority?: string | number | null;
  [field: string]: unknown;
}

export interface GoalPatch {
  description?: string;
  status?: GoalStatus;
  priority?: string | number | null;
  [field: string]: unknown;
}

export interface GoalRecord extends Receipt {
  goalId: string;
  description: string;
  status: GoalStatus;
  [field: string]: unknown;
}

export interface AgentInput {
  type: string;
  /** Made where it is absent. With one, spawning the agent again changes nothing. */
  agentId?: string;
  task?: unknown;
  parentAgentId?: string | null;
  /** The id of a session of the agent's own. */
  subsession?: string | null;
  [field: string]: unknown;
}

export interface AgentRecord extends Receipt {
  agentId: string;
  type: string;
  status: "active";
  [field: string]: unknown;
}

export interface AgentResult {
  status?: "completed" | "failed";
  result?: unknown;
  [field: string]: unknown;
}

export interface SessionEnd {
  /** `success`, or nothing, means completed. */
  status?: "success" | "completed" | "failed" | "failure" | "error" | "cancelled";
  outcome?: unknown;
  response?: unknown;
}

export interface SessionStart {
  userId?: string | null;
  initial?: { source?: unknown; input?: unknown; config?: Record<string, unknown> | null; [field: string]: unknown };
  tags?: string[];
  parentSession?: string | null;
  sandboxId?: string | null;
}

export interface Started {
  sessionId: string;
  /** There was such a session already, and this one goes on in it. */
  resumed: boolean;
  seq?: number;
}

/** A session's state as the server has it. */
export interface SessionState {
  sessionId: string;
  version: number;
  seq: number;
  phase: string;
  currentStep: JsonValue;
  workspace: JsonObject;
  goals: JsonObject[];
  agents: JsonObject[];
  [key: string]: JsonValue;
}

/** What a process needs to go on where an earlier one was. */
export interface Resumed {
  metadata: JsonObject;
  state: SessionState;
  goals: JsonObject[];
  agents: JsonObject[];
  /** What it was finalized with, where it was; it is active again now. */
  final: JsonObject | null;
  /** The newest 100 events, in order. */
  events: JsonObject[];
}
