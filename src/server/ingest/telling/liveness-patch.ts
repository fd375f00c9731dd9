import { isJsonObject, type JsonObject, type JsonValue } from "../../../core/json.js";
import type { Session } from "../../../core/session.js";
import type { ProcessOf } from "../hook-report.js";
import type { Story, Wait } from "../story.js";

/** What the main agent is at: `idle` has done what it was asked, and waits for nothing in particular. */
export type Work = "running" | "idle";

/** The change of metadata that makes the session's liveness what it is by now; empty where it is that already. */
export function livenessPatch(
  session: Session | undefined,
  { story, work, process }: { story: Story; work: Work | undefined; process: ProcessOf | undefined },
): JsonObject {
  const before: JsonObject = session?.metadata.liveness ?? { status: "running" };
  const wait = story.waits.at(-1);
  const status = wait ? "waiting" : (work ?? stillAt(before["status"]));
  const isNewProcess = process !== undefined && process.pid !== before["pid"];
  const fields = isNewProcess ? processFields(process) : {};
  if (before["status"] !== status || !isAbout(before["waitingFor"], wait)) {
    return statusPatch(before, { ...fields, status }, wait);
  }
  return isNewProcess ? { liveness: fields } : {};
}

function statusPatch(before: JsonObject, liveness: JsonObject, wait: Wait | undefined): JsonObject {
  if (isSet(before["reason"])) liveness["reason"] = null;
  if (!wait) return { liveness: isSet(before["waitingFor"]) ? { ...liveness, waitingFor: null } : liveness };
  // What was waited for before is cleared first: two objects would be merged.
  return { "liveness.waitingFor": null, liveness: { ...liveness, waitingFor: shown(wait) } };
}

/** What liveness says of the agent's process, so that it can be watched again after a restart. */
export function processFields({ pid, host, started }: ProcessOf): JsonObject {
  return { pid, ...(host !== undefined && { host }), ...(started !== undefined && { pidStarted: started }) };
}

/** Whoever reports is there, and no longer waits for what is over. */
function stillAt(status: JsonValue | undefined): string {
  return status === "idle" ? "idle" : "running";
}

function shown(wait: Wait): JsonObject {
  const { turn: _turn, ...known } = wait;
  const fields = { ...known, input: known.input === undefined ? undefined : unfoldable(known.input) };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject;
}

/** A metadata patch takes a text such as `+5` for a sum, at any depth; as an input it is none. */
function unfoldable(value: JsonValue): JsonValue {
  if (typeof value === "string") return /^[+-]\d/.test(value) ? ` ${value}` : value;
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, unfoldable(child)]));
}

/** By what names a wait: its texts may have been redacted on their way into the session. */
function isAbout(before: JsonValue | undefined, wait: Wait | undefined): boolean {
  if (!isJsonObject(before) || !wait) return !isSet(before) && !wait;
  return (["kind", "toolCallId", "agentId", "approvalId"] as const).every((name) => before[name] === wait[name]);
}

function isSet(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null;
}
