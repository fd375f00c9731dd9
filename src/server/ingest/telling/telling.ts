import { actionEvent, responseEvent, type ActionRecord, type ResponseRecord } from "../../../core/activity.js";
import type { EventType, NewEvent } from "../../../core/event.js";
import type { JsonObject } from "../../../core/json.js";
import type { Session } from "../../../core/session.js";
import type { Agent, Goal } from "../../../core/state.js";
import type { ProcessOf } from "../hook-report.js";
import type { Known } from "../ingest.js";
import { tell, type Story } from "../story.js";
import { livenessPatch, type Work } from "./liveness-patch.js";

/** Who reports, and what came along with the report. */
export interface Telling {
  /** What was told, in order. */
  readonly events: NewEvent[];
  readonly source: string;
  readonly session: Session | undefined;
  /** With what was told in this report. */
  story: Story;
  /** The turn and the agent that the report is about. */
  turn: string | undefined;
  agentId: string | undefined;
  /** When it happened, where the report says so. */
  timestamp: string | undefined;
  /** By id, with what was told in this report. */
  readonly agents: Map<string, Agent | JsonObject>;
  readonly goals: Map<string, Goal | JsonObject>;
  /** Metadata that is to change, besides liveness. */
  readonly metadata: JsonObject;
  /** What the main agent is at after this report; undefined: as before. */
  work: Work | undefined;
  /** The agent's process, where this machine can watch it. */
  process: ProcessOf | undefined;
  /** The session is over, and nothing in this report goes on in it. */
  over: boolean;
}

export interface Origin {
  source: string;
  turn?: string;
  agentId?: string;
  timestamp?: string;
  process?: ProcessOf;
}

export function beginTelling({ session, story }: Known, origin: Origin): Telling {
  return {
    events: [],
    source: origin.source,
    session,
    story,
    turn: origin.turn ?? story.turn,
    agentId: origin.agentId,
    timestamp: origin.timestamp,
    agents: new Map(session?.state.agents.map((agent) => [agent.agentId, agent])),
    goals: new Map(session?.state.goals.map((goal) => [goal.goalId, goal])),
    metadata: {},
    work: undefined,
    process: origin.process,
    over: session !== undefined && session.metadata.status !== "active",
  };
}

/** What was told, with what it changes about the session as a whole. */
export function endTelling(telling: Telling): NewEvent[] {
  const { events, metadata, session } = telling;
  const patch = telling.over ? metadata : { ...metadata, ...livenessPatch(session, telling) };
  if (Object.keys(patch).length > 0) change(telling, "metadata_updated", patch);
  return events;
}

type Placed<T> = Omit<T, "source" | "turn" | "agentId"> & { turn?: string; agentId?: string };

/** Tells of something that the agent began. `turn` and `agentId` are the report's unless given. */
export function action<T extends ActionRecord>(telling: Telling, record: Placed<T>, eventId?: string): void {
  push(telling, actionEvent(placed(telling, record) as ActionRecord, eventId, telling.timestamp));
}

/** Tells of something that came of it. */
export function response<T extends ResponseRecord>(telling: Telling, record: Placed<T>, eventId?: string): void {
  push(telling, responseEvent(placed(telling, record) as ResponseRecord, eventId, telling.timestamp));
}

/** `null` in place of a turn or an agent leaves it out. */
function placed({ source, turn, agentId }: Telling, record: object): object {
  const { extra, ...given } = record as { extra?: JsonObject };
  const kept = extra !== undefined && Object.keys(extra).length > 0 ? { extra } : {};
  const { type, ...rest } = given as { type: string };
  return { type, source, turn, agentId, ...rest, ...kept };
}

function push(telling: Telling, event: NewEvent): void {
  telling.events.push(event);
  const { data, timestamp } = event;
  telling.story = tell(telling.story, timestamp === undefined ? data : { ...data, timestamp });
}

/** Tells of a change to the session's state or metadata. */
export function change(telling: Telling, type: EventType, data: JsonObject, eventId?: string): void {
  const event: NewEvent = { type, data };
  if (eventId !== undefined) event.eventId = eventId;
  if (telling.timestamp !== undefined) event.timestamp = telling.timestamp;
  telling.events.push(event);
}

/** Keeps what there is no word for. */
export function other(telling: Telling, name: string, extra: JsonObject, reason?: string): void {
  action(telling, { type: "agent_event", name, ...(reason === undefined ? {} : { reason }), extra });
}

/** A copy of the fields that are there. */
export function present(fields: Record<string, unknown>): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  ) as JsonObject;
}
