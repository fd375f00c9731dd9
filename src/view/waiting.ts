import type { WaitKind } from "../core/activity.js";
import { isJsonObject, type JsonValue } from "../core/json.js";
import type { Metadata } from "../core/metadata.js";

/** What a session waits for, from a person. */
export interface Waiting {
  kind: WaitKind;
  message: string;
  /** Epoch milliseconds; null where it is not known. */
  since: number | null;
  tool: string | null;
  input: JsonValue;
  toolCallId: string | null;
  agentId: string | null;
  /** Where it can be answered through the server. */
  approvalId: string | null;
}

/** What a session that waits does, to say behind its name. */
export const waitTitles = {
  permission: "asks for permission",
  answer: "waits for an answer",
  prompt: "waits for the next prompt",
} as const;

/** Null where the session waits for nobody. */
export function waitingOf({ liveness, status }: Metadata): Waiting | null {
  if (liveness.status !== "waiting" || status !== "active") return null;
  const given = liveness["waitingFor"];
  const about = isJsonObject(given) ? given : {};
  const kind = text(about["kind"]);
  const since = Date.parse(liveness.since);
  return {
    kind: kind === "permission" || kind === "answer" ? kind : "prompt",
    message: text(about["message"]) ?? text(liveness["reason"]) ?? text(given) ?? "",
    since: Number.isNaN(since) ? null : since,
    tool: text(about["tool"]),
    input: about["input"] ?? null,
    toolCallId: text(about["toolCallId"]),
    agentId: text(about["agentId"]),
    approvalId: text(about["approvalId"]),
  };
}

function text(value: JsonValue | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
