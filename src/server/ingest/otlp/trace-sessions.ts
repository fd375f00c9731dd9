import { sessionIdFor } from "../telling/input.js";
import type { Telemetry } from "./signals.js";
import { firstOf, textOf } from "./values.js";

/** Where a record names its session, best first: its own attributes, then the resource's. */
const sessionKeys = [
  "session.id",
  "gen_ai.conversation.id",
  "conversation.id",
  "traceloop.association.properties.session_id",
  "ai.telemetry.metadata.sessionId",
  "langfuse.session.id",
] as const;
const userKeys = ["user.id", "enduser.id", "ai.telemetry.metadata.userId", "langfuse.user.id"] as const;

/** The session that a record names itself. A conversation is part of a session where it names both. */
export function namedSession({ attributes, resource }: Telemetry): string | undefined {
  const id = textOf(firstOf(attributes, ...sessionKeys)) ?? textOf(firstOf(resource, ...sessionKeys));
  return id === undefined ? undefined : sessionIdFor(id);
}

export function namedUser({ attributes, resource }: Telemetry): string | undefined {
  return textOf(firstOf(attributes, ...userKeys)) ?? textOf(firstOf(resource, ...userKeys));
}

/** The session of a trace that names none. */
export function derivedSession(traceId: string): string {
  return `otel-${traceId}`;
}

/** Which session the spans of a trace went to that named none: so do those that come later. */
export interface TraceSessions {
  get(traceId: string): string | undefined;
  set(traceId: string, sessionId: string): void;
}

const mostTraces = 10_000;

export function createTraceSessions(limit = mostTraces): TraceSessions {
  const sessions = new Map<string, string>();
  return {
    get: (traceId) => sessions.get(traceId),
    set(traceId, sessionId) {
      sessions.delete(traceId);
      sessions.set(traceId, sessionId);
      if (sessions.size > limit) sessions.delete(sessions.keys().next().value!);
    },
  };
}
