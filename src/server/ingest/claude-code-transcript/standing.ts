import type { NewEvent } from "../../../core/event.js";
import type { JsonObject } from "../../../core/json.js";
import type { Session } from "../../../core/session.js";
import type { TranscriptIndex } from "./log-index.js";
import type { Standing } from "./transcript.js";
import type { Known } from "../ingest.js";
import { endAllAgents } from "../telling/agents.js";
import { closeCalls } from "../telling/calls.js";
import { livenessPatch } from "../telling/liveness-patch.js";
import { beginTelling, change } from "../telling/telling.js";

/** An agent at work that writes nothing for so long is gone, milliseconds. */
const longestSilence = 30 * 60_000;
const hooksGrace = 60_000;

/**
 * Makes the session's liveness what its transcripts show, where no hooks tell: at work, idle, or lost
 * where the agent stopped amid its work and has long been silent.
 */
export function standingEvents(
  known: Known,
  { hookedAt }: TranscriptIndex,
  { at, work }: Pick<Standing, "at" | "work">,
  now: number,
): NewEvent[] {
  const { session, story } = known;
  if (session?.metadata.status !== "active" || at === undefined || work === "ended") return [];
  const wrote = Date.parse(at);
  const isTheHooks = hookedAt > 0 && wrote <= hookedAt + hooksGrace;
  if (isTheHooks) return patched(known, livenessPatch(session, waitingOnly(known)));
  const silent = now - Math.max(wrote, Date.parse(session.metadata.lastEventAt));
  if (work === "running" && silent > longestSilence) return lose(known, at, Math.round(silent / 1000));
  if (work === "running" && isLostSince(session, wrote)) return [];
  return patched(known, livenessPatch(session, { story, work, process: undefined }), at);
}

function isLostSince({ metadata: { liveness } }: Session, time: number): boolean {
  return liveness.status === "lost" && time <= Date.parse(liveness.since);
}

/** A result that came ends what was waited for; all else is the hooks' to tell. */
function waitingOnly({ session, story }: Known) {
  const before = session!.metadata.liveness.status;
  const work = before === "idle" ? "idle" : "running";
  return { story, work: before === "lost" ? undefined : work, process: undefined } as const;
}

function patched({ session }: Known, data: JsonObject, timestamp?: string): NewEvent[] {
  const isBack = session!.metadata.liveness.status !== "lost" || timestamp !== undefined;
  if (Object.keys(data).length === 0 || !isBack) return [];
  return [{ type: "metadata_updated", data, ...(timestamp !== undefined && { timestamp }) }];
}

/** The agent is gone, and with it all that it was at. */
function lose(known: Known, timestamp: string, seconds: number): NewEvent[] {
  const { session } = known;
  if (session!.metadata.liveness.status === "lost") return [];
  const reason = `Nothing was written for ${seconds} s.`;
  const telling = beginTelling(known, { source: "claude-sessions", timestamp });
  closeCalls(telling, () => true, "lost", `The agent is gone. ${reason}`);
  endAllAgents(telling, `The agent is gone. ${reason}`);
  change(telling, "metadata_updated", { liveness: { status: "lost", reason, waitingFor: null } });
  return telling.events;
}
