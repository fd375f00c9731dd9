import type { LiveEvent } from "../client/types.js";
import { finalStatus, initialMetadata, patchMetadata } from "../core/metadata.js";
import { waitingText } from "./row-words.js";
import { waitingOf } from "./waiting.js";

/** What a person wants to be told of while looking elsewhere. */
export interface Alert {
  kind: "waiting" | "failed" | "ended";
  sessionId: string;
  /** Of the event that tells of it. */
  seq: number;
  /** When it happened; epoch milliseconds. */
  at: number;
  /** On one line, safe to print. */
  text: string;
}

/** The alert that an event gives cause for; null for nearly all. */
export function alertOf(event: LiveEvent): Alert | null {
  if (event.type === "session_deleted") return null;
  const { sessionId, seq, timestamp, type, data } = event;
  const about = { sessionId, seq, at: Date.parse(timestamp) };
  if (type === "session_finalized") {
    const status = finalStatus(data["status"]);
    return { ...about, kind: status === "failed" ? "failed" : "ended", text: status };
  }
  if (type !== "metadata_updated") return null;
  const waiting = waitingOf(patchMetadata(initialMetadata(sessionId), data, timestamp));
  return waiting && { ...about, kind: "waiting", text: waitingText(waiting) };
}
