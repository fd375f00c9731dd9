import type { Agent, AgentStatus } from "../core/state.js";
import type { JsonValue } from "../core/json.js";
import { brief } from "./safe-text.js";

/** An agent in its place under the one that set it to work, as a row of a flat list. */
export interface AgentRow {
  agentId: string;
  type: string;
  task: string;
  status: AgentStatus;
  depth: number;
  /** It is the last child of its parent; with `trunk` enough to draw the lines of a tree. */
  isLast: boolean;
  /** For each level above it, whether the line goes on past it. */
  trunk: readonly boolean[];
  children: number;
  /** Epoch milliseconds; `ended` null while it is at work. */
  started: number | null;
  ended: number | null;
  /** Running time in milliseconds up to its end, or to `now`; null where its start is not known. */
  runningMs: number | null;
  /** A session of its own. */
  subsession: string | null;
  agent: Agent;
}

/**
 * The agents in the order of their start, each below its parent. One whose parent is not known, or
 * which is its own ancestor, stands at the top: every agent appears once.
 */
export function agentRows(agents: readonly Agent[], now: number): AgentRow[] {
  const children = childrenByParent(agents);
  const rows: AgentRow[] = [];
  const shown = new Set<Agent>();

  function visit(siblings: readonly Agent[], trunk: readonly boolean[]): void {
    const fresh = siblings.filter((agent) => !shown.has(agent));
    for (const [index, agent] of fresh.entries()) {
      if (shown.has(agent)) continue;
      shown.add(agent);
      const below = (children.get(agent.agentId) ?? []).filter((child) => !shown.has(child));
      const isLast = index === fresh.length - 1;
      rows.push({ ...rowOf(agent, now), depth: trunk.length, isLast, trunk, children: below.length });
      visit(below, [...trunk, !isLast]);
    }
  }

  visit(children.get("") ?? [], []);
  // What is left hangs in circles: each circle is entered at its oldest agent.
  for (const agent of agents) if (!shown.has(agent)) visit([agent], []);
  return rows;
}

function childrenByParent(agents: readonly Agent[]): Map<string, Agent[]> {
  const ids = new Set(agents.map(({ agentId }) => agentId));
  const children = new Map<string, Agent[]>();
  for (const agent of agents) {
    const given = text(agent["parentAgentId"]);
    const parent = given !== null && given !== agent.agentId && ids.has(given) ? given : "";
    const list = children.get(parent);
    if (list) list.push(agent);
    else children.set(parent, [agent]);
  }
  return children;
}

function rowOf(agent: Agent, now: number) {
  const started = time(agent.spawned);
  const ended = agent.status === "active" ? null : time(agent["completed"]);
  const until = agent.status === "active" ? now : ended;
  return {
    agentId: agent.agentId,
    type: agent.type,
    task: taskText(agent["task"]),
    status: agent.status,
    started,
    ended,
    runningMs: started === null || until === null ? null : Math.max(0, until - started),
    subsession: text(agent["subsession"]),
    agent,
  };
}

function taskText(task: JsonValue | undefined): string {
  if (task === undefined || task === null) return "";
  return brief(typeof task === "string" ? task : JSON.stringify(task));
}

function time(value: JsonValue | undefined): number | null {
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}

function text(value: JsonValue | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
