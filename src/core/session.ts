import type { JsonObject } from "./json.js";
import { initialMetadata, reduceMetadata, type Metadata } from "./metadata.js";
import { initialState, reduceState, type FoldedEvent, type State } from "./state.js";

/** A session as its events leave it. `initial` and `final` are what create and finalize were given. */
export interface Session {
  metadata: Metadata;
  state: State;
  initial: JsonObject;
  final: JsonObject | null;
}

export function emptySession(sessionId: string): Session {
  return { metadata: initialMetadata(sessionId), state: initialState(sessionId), initial: {}, final: null };
}

/**
 * The one fold: the session after `event`. Pure; each part skips what it already holds, so a
 * snapshot whose parts were taken at different seqs folds right.
 */
export function reduceSession(session: Session, event: FoldedEvent): Session {
  const metadata = reduceMetadata(session.metadata, event);
  return {
    metadata,
    state: reduceState(session.state, event),
    initial: event.type === "session_created" ? createdInitial(event) : session.initial,
    final: reduceFinal(session.final, metadata, event),
  };
}

function createdInitial({ data }: FoldedEvent): JsonObject {
  const initial = data["initial"];
  return typeof initial === "object" && initial !== null && !Array.isArray(initial) ? initial : {};
}

function reduceFinal(final: JsonObject | null, metadata: Metadata, event: FoldedEvent): JsonObject | null {
  if (event.type === "session_finalized") return { ...event.data, status: metadata.status, finalized: event.timestamp };
  return event.type === "metadata_updated" && metadata.status === "active" ? null : final;
}
