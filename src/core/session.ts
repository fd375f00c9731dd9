import { isJsonObject, type JsonObject } from "./json.js";
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
 * snapshot whose parts were taken at different seqs folds right. `initial` and `final` are as old
 * as `metadata`.
 */
export function reduceSession(session: Session, event: FoldedEvent): Session {
  const state = reduceState(session.state, event);
  if (event.seq <= session.metadata.eventCount) return state === session.state ? session : { ...session, state };
  const metadata = reduceMetadata(session.metadata, event);
  return {
    metadata,
    state,
    initial: event.type === "session_created" ? createdInitial(event) : session.initial,
    final: reduceFinal(session.final, metadata, event),
  };
}

function createdInitial({ data }: FoldedEvent): JsonObject {
  const initial = data["initial"];
  return isJsonObject(initial) ? initial : {};
}

function reduceFinal(final: JsonObject | null, metadata: Metadata, event: FoldedEvent): JsonObject | null {
  if (event.type === "session_finalized") return { ...event.data, status: metadata.status, finalized: event.timestamp };
  if (final === null || event.type !== "metadata_updated") return final;
  return metadata.status === "active" ? null : { ...final, status: metadata.status };
}
