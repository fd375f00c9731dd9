import type { Lifecycle } from "../../../core/activity.js";
import type { JsonObject, JsonValue } from "../../../core/json.js";
import { closeCalls } from "./calls.js";
import { eventIdFor, partIdFor, textOf } from "./input.js";
import { action, change, present, type Telling } from "./telling.js";
import { endWaits } from "./waits.js";

/** The type of an agent of which none is known. */
const unnamed = "agent";

/** A subagent is at work. One that was told of already and had ended goes on. */
export function beginAgent(telling: Telling, id: string, type: string | undefined, extra: JsonObject = {}): void {
  const agentId = partIdFor(id);
  const known = telling.agents.get(agentId);
  if (known) {
    if (known["status"] !== "active" && !isLateStart(telling, known)) {
      action<Lifecycle>(telling, { type: "agent_resumed", agentId, extra });
    }
    telling.agents.set(agentId, { ...known, startMissed: false });
    return;
  }
  spawn(telling, agentId, type, Object.keys(extra).length > 0 ? { extra } : {});
}

/** The start of an agent whose end is known already, and not another message to it. */
function isLateStart({ timestamp }: Telling, known: JsonObject): boolean {
  const completed = textOf(known["completed"]);
  if (timestamp !== undefined && Date.parse(timestamp) <= Date.parse(completed ?? "")) return true;
  return known["startMissed"] === true || isToldByTelemetry(known);
}

/** Hooks have told nothing of the agent so far, neither its start nor its end. */
function isToldByTelemetry({ source }: JsonObject): boolean {
  return source === undefined;
}

/** A call that is still open says which agent it has set to work, before the agent's own hook does. */
export function expectLaunched(telling: Telling, id: string, toolCallId: string): void {
  const agentId = partIdFor(id);
  if (telling.agents.has(agentId)) return;
  const call = telling.story.open.find((open) => open.toolCallId === toolCallId);
  if (call?.type === "task_spawn") spawn(telling, agentId, call.subagent, { startMissed: true }, call);
}

/** Makes sure that an agent is known which a report is from. */
export function expectAgent(telling: Telling, id: string, type: string | undefined): void {
  const agentId = partIdFor(id);
  if (!telling.agents.has(agentId)) spawn(telling, agentId, type, { startMissed: true });
}

function spawn(
  telling: Telling,
  agentId: string,
  type: string | undefined,
  more: JsonObject,
  call = spawningCall(telling, type),
): void {
  const data = present({
    agentId,
    type: (type ?? call?.subagent ?? unnamed).slice(0, 256),
    task: call?.task,
    parentAgentId: call?.agentId,
    toolCallId: call?.toolCallId,
    source: telling.source,
    ...more,
  });
  change(telling, "agent_spawned", data, eventIdFor("agent", agentId));
  telling.agents.set(agentId, { ...data, status: "active" });
}

/** The call that set a new agent to work: the oldest open one for that kind of agent which no agent is of yet. */
function spawningCall({ story, agents }: Telling, type: string | undefined) {
  const taken = new Set([...agents.values()].map(({ toolCallId }) => toolCallId));
  const free = story.open.filter((call) => call.type === "task_spawn" && !taken.has(call.toolCallId));
  return free.find(({ subagent }) => subagent === type) ?? free.find(({ subagent }) => subagent === undefined);
}

/** A subagent is done: what it had open is over. */
export function endAgent(
  telling: Telling,
  id: string,
  { failed = false, result, type }: { failed?: boolean; result?: JsonValue; type?: string },
): void {
  const agentId = partIdFor(id);
  const known = telling.agents.get(agentId);
  const missing = missingOf(telling, known, type);
  const status = failed ? "failed" : "completed";
  closeCalls(telling, (call) => call.agentId === agentId, "lost", "Its agent ended, and no result was told.");
  endWaits(telling, (wait) => wait.agentId === agentId, "gone");
  if (known?.["status"] === status && known["result"] === result) return;
  change(telling, "agent_completed", present({ agentId, status, result, ...missing }));
  telling.agents.set(agentId, { ...known, agentId, status, ...(result === undefined ? {} : { result }) });
}

/** What telemetry, which may name an agent before its hooks do, does not tell of it. */
function missingOf(telling: Telling, known: JsonObject | undefined, type: string | undefined): JsonObject {
  if (!known) return {};
  const spawning = known["toolCallId"] === undefined ? spawningCall(telling, type) : undefined;
  const call = type !== undefined && spawning?.subagent === type ? spawning : undefined;
  const isNamed = known["type"] !== unnamed;
  return present({
    source: isToldByTelemetry(known) ? telling.source : undefined,
    type: isNamed ? undefined : type,
    task: call?.task,
    parentAgentId: call?.agentId,
    toolCallId: call?.toolCallId,
  });
}

/** The agent that a tool call set to work, where it still is. */
export function agentOfCall({ agents }: Telling, toolCallId: string): string | undefined {
  const agent = [...agents.values()].find((known) => known["toolCallId"] === toolCallId);
  return agent?.["status"] === "active" ? textOf(agent["agentId"]) : undefined;
}

/** Every subagent that is still at work ends with the session. */
export function endAllAgents(telling: Telling, reason: string): void {
  for (const [agentId, { status }] of telling.agents) {
    if (status === "active") endAgent(telling, agentId, { failed: true, result: reason });
  }
}
