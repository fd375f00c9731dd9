import type { EventType } from "./event.js";
import { applyMergePatch, isJsonObject, type JsonObject, type JsonValue } from "./json.js";

export const goalStatuses = ["pending", "in_progress", "completed", "failed", "cancelled"] as const;
export type GoalStatus = (typeof goalStatuses)[number];

export const agentStatuses = ["active", "completed", "failed"] as const;
export type AgentStatus = (typeof agentStatuses)[number];

/** Something that the session is to reach. Times are RFC 3339; unknown fields are kept. */
export interface Goal extends JsonObject {
  goalId: string;
  description: string;
  status: GoalStatus;
  created: string;
  updated: string;
}

/** One agent at work in the session; `parentAgentId` nests it, `subsession` names a session of its own. */
export interface Agent extends JsonObject {
  agentId: string;
  type: string;
  status: AgentStatus;
  spawned: string;
}

/**
 * What a session is doing: the fold of its events up to and including `seq`.
 * `version` counts the changes of the state alone and is the ETag.
 */
export interface State {
  sessionId: string;
  version: number;
  seq: number;
  phase: string;
  currentStep: JsonValue;
  workspace: JsonObject;
  goals: Goal[];
  agents: Agent[];
  [key: string]: JsonValue;
}

/** The keys of a state that only events of their own type change; a patch leaves them alone. */
export const protectedStateKeys = ["sessionId", "version", "seq", "goals", "agents"] as const;

export function initialState(sessionId: string): State {
  return {
    sessionId,
    version: 0,
    seq: 0,
    phase: "initialized",
    currentStep: null,
    workspace: { cwd: null },
    goals: [],
    agents: [],
  };
}

/** What the fold reads of an event. */
export interface FoldedEvent {
  type: EventType;
  seq: number;
  timestamp: string;
  /** When the server took it; a fold that lacks it goes by `timestamp` alone. */
  receivedAt?: string;
  data: JsonObject;
}

/** The state after `event`; the given one where it already holds the event. */
export function reduceState(state: State, event: FoldedEvent): State {
  if (event.seq <= state.seq) return state;
  const changed = change(state, event);
  return changed === undefined
    ? { ...state, seq: event.seq }
    : ({ ...changed, seq: event.seq, version: state.version + 1 } as State);
}

function change(state: State, { type, data, timestamp }: FoldedEvent): JsonObject | undefined {
  switch (type) {
    case "session_created":
      return { ...state };
    case "state_updated":
      return patchState(state, data);
    case "goal_added":
      return { ...state, goals: [...state.goals, createGoal(data, timestamp)] };
    case "goal_updated":
      return { ...state, goals: replace(state.goals, "goalId", data, (goal) => updateGoal(goal, data, timestamp)) };
    case "agent_spawned":
      return { ...state, agents: [...state.agents, createAgent(data, timestamp)] };
    case "agent_completed":
      return {
        ...state,
        agents: replace(state.agents, "agentId", data, (agent) => completeAgent(agent, data, timestamp)),
      };
    case "action":
    case "response":
    case "metadata_updated":
    case "session_finalized":
      return undefined;
  }
}

/**
 * The state with a merge patch applied (RFC 7396). {@link protectedStateKeys} stay as they are, and
 * so do `phase` and `workspace` where the patch would give them another kind.
 */
export function patchState(state: State, patch: JsonObject): State {
  const open = { ...patch };
  for (const key of protectedStateKeys) delete open[key];
  const patched = applyMergePatch(state, open) as State;
  if (typeof patched.phase !== "string") patched.phase = state.phase;
  if (!isJsonObject(patched.workspace)) patched.workspace = state.workspace;
  patched.currentStep ??= null;
  return patched;
}

/** The goal that a `goal_added` with this data and time makes. */
export function createGoal(data: JsonObject, timestamp: string): Goal {
  const { goalId, description, status, ...rest } = data as Partial<Goal>;
  return {
    goalId: String(goalId),
    description: typeof description === "string" ? description : "",
    status: oneOf(goalStatuses, status) ?? "pending",
    ...rest,
    created: timestamp,
    updated: timestamp,
  };
}

/** The goal after a `goal_updated` with this data and time; an unknown status changes none. */
export function updateGoal(goal: Goal, data: JsonObject, timestamp: string): Goal {
  const patched = { ...goal, ...data, goalId: goal.goalId, created: goal.created, updated: timestamp } as Goal;
  patched.status = oneOf(goalStatuses, patched.status) ?? goal.status;
  if (typeof patched.description !== "string") patched.description = goal.description;
  return patched;
}

/** The agent that an `agent_spawned` with this data and time makes. */
export function createAgent(data: JsonObject, timestamp: string): Agent {
  const { agentId, type, ...rest } = data as Partial<Agent>;
  return {
    agentId: String(agentId),
    type: typeof type === "string" ? type : "agent",
    ...rest,
    status: oneOf(agentStatuses, rest.status) ?? "active",
    spawned: timestamp,
  };
}

/** The agent after an `agent_completed` with this data and time: failed where it says so, else completed. */
export function completeAgent(agent: Agent, data: JsonObject, timestamp: string): Agent {
  return {
    ...agent,
    ...data,
    agentId: agent.agentId,
    type: typeof data["type"] === "string" ? data["type"] : agent.type,
    spawned: agent.spawned,
    status: data["status"] === "failed" ? "failed" : "completed",
    completed: timestamp,
  };
}

/** Of several with the same id the last is meant; an unknown id changes nothing. */
function replace<T extends JsonObject>(
  list: T[],
  key: "goalId" | "agentId",
  data: JsonObject,
  make: (item: T) => T,
): T[] {
  const index = list.findLastIndex((item) => item[key] === data[key]);
  return index === -1 ? list : list.with(index, make(list[index]!));
}

function oneOf<T extends string>(values: readonly T[], value: unknown): T | undefined {
  return values.find((known) => known === value);
}
