import type { JsonObject } from "../../../core/json.js";
import type { Reading } from "./stream.js";
import { eventIdFor, partIdFor, textOf } from "../telling/input.js";
import { change, present } from "../telling/telling.js";

/** What the file beside a subagent's transcript says. */
export interface AgentFile {
  agentId: string;
  /** The content of its `.meta.json`. */
  meta?: JsonObject;
}

interface NewAgent {
  agentId: string;
  type: string | undefined;
  task: string | undefined;
  toolCallId: string | undefined;
}

/** A subagent is there; nothing where that was told. */
export function spawnAgent({ telling, calls }: Reading, { agentId: id, type, task, toolCallId }: NewAgent): void {
  const agentId = partIdFor(id);
  if (telling.agents.has(agentId)) return;
  const call = toolCallId === undefined ? undefined : calls.get(toolCallId);
  const data = present({
    agentId,
    type: (type ?? "agent").slice(0, 256),
    task: task?.slice(0, 300),
    parentAgentId: call?.agentId,
    toolCallId,
    source: telling.source,
  });
  change(telling, "agent_spawned", data, eventIdFor("agent", agentId));
  telling.agents.set(agentId, { ...data, status: "active" });
}

/** The first line of a subagent's transcript tells that it is there. */
export function meetAgent(reading: Reading, { agentId, meta = {} }: AgentFile): void {
  spawnAgent(reading, {
    agentId,
    type: textOf(meta["agentType"]) ?? textOf(reading.line["attributionAgent"]),
    task: textOf(meta["description"]),
    toolCallId: textOf(meta["toolUseId"]),
  });
}
