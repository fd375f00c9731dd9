import type { JsonObject } from "../../core/json.js";
import type { Telling } from "./telling/telling.js";

/** One call of a hook, with what came along with it. */
export interface HookReport {
  source: string;
  input: JsonObject;
  /** Whose session it is, where the caller says so. */
  userId?: string;
  /** Tags of the session besides the source. */
  tags?: readonly string[];
  /** When it happened, RFC 3339, where the caller says so: it was held back on its way. */
  timestamp?: string;
  /** The session that this one came out of by a fork or by `/clear`. */
  parentSession?: string;
  /** Where a permission that the input asks for can be given from elsewhere: the id under `/api/approvals`. */
  approvalId?: string;
  /** The agent's process, where this machine can watch it. */
  process?: ProcessOf;
}

/** A process of this machine. `started` tells it from a later one of the same pid. */
export interface ProcessOf {
  pid: number;
  host?: string;
  started?: string;
}

/** Tells what one hook means. */
export type HookHandler = (telling: Telling, input: JsonObject, report: HookReport) => void;

const saidElsewhere = [
  "session_id",
  "transcript_path",
  "cwd",
  "hook_event_name",
  "prompt_id",
  "turn_id",
  "agent_id",
  "agent_type",
  "timestamp",
  "model",
];

/** What an input holds besides the fields that its events or its session show already. */
export function restOf(input: JsonObject, ...told: string[]): JsonObject {
  const known = new Set([...saidElsewhere, ...told]);
  return Object.fromEntries(Object.entries(input).filter(([name, value]) => !known.has(name) && value !== null));
}
