import type { WaitEnded, WaitKind, WaitStarted } from "../../../core/activity.js";
import type { JsonObject, JsonValue } from "../../../core/json.js";
import type { Wait } from "../story.js";
import { action, response, type Telling } from "./telling.js";

export interface NewWait {
  kind: WaitKind;
  message: string;
  tool?: string;
  input?: JsonValue;
  toolCallId?: string;
  agentId?: string;
  approvalId?: string;
  extra?: JsonObject;
}

/** The agent begins to wait, unless it waits for just that already. */
export function beginWait(telling: Telling, wait: NewWait): void {
  const isOpen = telling.story.waits.some(
    (known) => known.kind === wait.kind && known.toolCallId === wait.toolCallId && known.agentId === wait.agentId,
  );
  if (!isOpen) action<WaitStarted>(telling, { type: "wait_started", ...wait });
}

type Outcome = WaitEnded["outcome"];

/** Ends the waits that `which` picks. */
export function endWaits(telling: Telling, which: (wait: Wait) => boolean, outcome: Outcome, reason?: string): void {
  for (const { kind, toolCallId, agentId, turn, approvalId } of telling.story.waits.filter(which)) {
    const named = { toolCallId, agentId, turn, approvalId, reason };
    response<WaitEnded>(telling, { type: "wait_ended", kind, outcome, ...named });
  }
}
