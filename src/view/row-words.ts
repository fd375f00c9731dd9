import type { Metadata } from "../core/metadata.js";
import { inputLine } from "./tool-text.js";
import { brief } from "./safe-text.js";
import type { SessionRow } from "./session-list-types.js";
import type { Waiting } from "./waiting.js";

/** What a session is doing, in a word: whom it waits for comes before how it ended, and that before how it runs. */
export type Condition = "waiting" | "completed" | "failed" | "cancelled" | "lost" | "idle" | "quiet" | "running";

/** A session that nobody ends and whose process nobody watches is not said to run for longer than this after its last event. */
const quietAfterMs = 15 * 60_000;

type Doing = Pick<SessionRow, "status" | "liveness" | "watched" | "lastEventAt">;

export function conditionOf({ status, liveness, watched, lastEventAt }: Doing, now: number): Condition {
  if (status !== "active") return status;
  if (liveness === "waiting" || liveness === "lost" || liveness === "idle") return liveness;
  return !watched && now - lastEventAt > quietAfterMs ? "quiet" : "running";
}

/** The same of a session as the server has it. */
export function conditionOfSession(metadata: Metadata, now: number): Condition {
  const { status, liveness } = metadata;
  const lastEventAt = Date.parse(metadata.lastEventAt);
  return conditionOf({ status, liveness: liveness.status, watched: isWatched(metadata), lastEventAt }, now);
}

/** The agent's process is known, and becomes `lost` where it is gone. */
export function isWatched({ liveness }: Pick<Metadata, "liveness">): boolean {
  return typeof liveness["pid"] === "number";
}

const waitWords = { permission: "a permission", answer: "an answer", prompt: "the next prompt" } as const;

/** What a session waits for, on one line: `allow Bash? rm -rf build`. Safe to print. */
export function waitingText(waiting: Pick<Waiting, "kind" | "tool" | "message"> & Partial<Waiting>): string {
  const { kind, tool, message, input } = waiting;
  if (kind !== "permission" || !tool) return brief(message, 200) || waitWords[kind];
  // What would be run says more than that it may not be without being asked.
  return `allow ${brief(tool, 40)}? ${brief(inputLine(input), 200) || brief(message, 200) || waitWords[kind]}`;
}

/** What a session is at, on one line, as its state says; "" where it says nothing. Safe to print. */
export function stepText(summary: SessionRow["summary"]): string {
  const step = summary?.currentStep;
  if (step === null || step === undefined) return "";
  return brief(typeof step === "string" ? step : JSON.stringify(step), 200);
}

/** The phase; "" for the one that every state begins with, which says nothing. Safe to print. */
export function phaseText(summary: SessionRow["summary"]): string {
  const phase = summary?.phase ?? "";
  return phase === "initialized" ? "" : brief(phase, 60);
}
