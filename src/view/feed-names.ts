import type { SessionEvent } from "../core/event.js";
import type { Agent, Goal } from "../core/state.js";
import { textOf } from "./record.js";

/** What the goals are called. */
export class GoalNames {
  private readonly names: Map<string, string>;

  constructor(goals: readonly Goal[]) {
    this.names = new Map(goals.map(({ goalId, description }) => [goalId, description]));
  }

  /** Learns from a goal's event; the name of the goal it is about. */
  take({ data }: SessionEvent): string | null {
    const goalId = textOf(data["goalId"]);
    if (goalId === null) return null;
    const description = textOf(data["description"]);
    if (description !== null) this.names.set(goalId, description);
    return this.names.get(goalId) ?? null;
  }
}

/** Deeper nesting is shown as this deep. */
const deepest = 16;

/** What the agents are called, and how deep each is nested. */
export class AgentNames {
  private readonly known = new Map<string, { type: string; parent: string | null }>();
  private readonly depths = new Map<string, number>();

  constructor(agents: readonly Agent[]) {
    for (const { agentId, type, parentAgentId } of agents) {
      this.known.set(agentId, { type, parent: textOf(parentAgentId) });
    }
  }

  /** Learns from the event that begins an agent; the agent's type. */
  spawned({ data }: SessionEvent): string | null {
    const agentId = textOf(data["agentId"]);
    if (agentId === null) return textOf(data["type"]);
    this.known.set(agentId, { type: textOf(data["type"]) ?? "agent", parent: textOf(data["parentAgentId"]) });
    this.depths.clear();
    return this.typeOf(agentId);
  }

  typeOf(agentId: string | null): string | null {
    return agentId === null ? null : (this.known.get(agentId)?.type ?? null);
  }

  /** 0 for the main agent, 1 for one whose parent is the main agent or not known. */
  depthOf(agentId: string | null): number {
    if (agentId === null) return 0;
    const before = this.depths.get(agentId);
    if (before !== undefined) return before;
    let depth = 1;
    const passed = new Set([agentId]);
    for (let parent = this.known.get(agentId)?.parent; parent && depth < deepest; depth++) {
      if (passed.has(parent)) break;
      passed.add(parent);
      parent = this.known.get(parent)?.parent;
    }
    this.depths.set(agentId, depth);
    return depth;
  }

  /** An agent's own beginning and end stand where its parent does. */
  place(agentId: string | null): { agentId: string | null; depth: number } {
    const parent = agentId === null ? null : (this.known.get(agentId)?.parent ?? null);
    return { agentId, depth: parent === null || parent === agentId ? 0 : this.depthOf(parent) };
  }
}
