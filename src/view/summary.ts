import type { EventType, SessionEvent } from "../core/event.js";
import { applyMergePatch, type JsonObject, type JsonValue } from "../core/json.js";
import { agentStatuses, goalStatuses, type State } from "../core/state.js";
import { textOf } from "./record.js";
import type { SessionSummary } from "./session-list-types.js";
import { firstPrompt } from "./session-title.js";

/** As much of a state as a row shows, and no more: a list holds hundreds of them. */
export class StateSummary {
  private seq: number;
  private phase: string;
  private currentStep: JsonValue;
  /** In the order they were added: of several with one id the last is meant. */
  readonly goals: { id: string; status: string }[];
  readonly agents: { id: string; status: string }[];
  private prompt: string | null;
  private shot: SessionSummary | null = null;

  constructor({ seq, phase, currentStep, goals, agents }: State, prompt: string | null = null) {
    this.prompt = prompt;
    this.seq = seq;
    this.phase = phase;
    this.currentStep = currentStep;
    this.goals = goals.map(({ goalId, status }) => ({ id: goalId, status }));
    this.agents = agents.map(({ agentId, status }) => ({ id: agentId, status }));
  }

  /** As the reducer of states does it. */
  take(event: SessionEvent): void {
    const { seq, type, data } = event;
    if (seq <= this.seq) return;
    this.seq = seq;
    if (this.prompt === null) this.begin(firstPrompt([event]));
    const change = changes[type];
    if (!change) return;
    change(this, data);
    this.shot = null;
  }

  private begin(prompt: string | null): void {
    if (prompt === null) return;
    this.prompt = prompt;
    this.shot = null;
  }

  get summary(): SessionSummary {
    this.shot ??= {
      phase: this.phase,
      currentStep: this.currentStep,
      goals: {
        done: countOf(this.goals, "completed"),
        total: this.goals.length - countOf(this.goals, "cancelled"),
      },
      agents: { active: countOf(this.agents, "active"), total: this.agents.length },
      prompt: this.prompt,
    };
    return this.shot;
  }

  patch({ phase, currentStep }: JsonObject): void {
    this.phase = typeof phase === "string" ? phase : this.phase;
    if (currentStep === undefined) return;
    this.currentStep = currentStep === null ? null : applyMergePatch(this.currentStep, currentStep);
  }
}

/** What an event does to a summary; every other one leaves it as it is. */
const changes: Partial<Record<EventType, (summary: StateSummary, data: JsonObject) => void>> = {
  state_updated: (summary, data) => summary.patch(data),
  goal_added: ({ goals }, { goalId, status }) =>
    goals.push({ id: String(goalId), status: oneOf(goalStatuses, status) ?? "pending" }),
  goal_updated: ({ goals }, { goalId, status }) => set(goals, goalId, oneOf(goalStatuses, status)),
  agent_spawned: ({ agents }, { agentId, status }) =>
    agents.push({ id: String(agentId), status: oneOf(agentStatuses, status) ?? "active" }),
  agent_completed: ({ agents }, { agentId, status }) =>
    set(agents, agentId, status === "failed" ? "failed" : "completed"),
};

function set(list: { id: string; status: string }[], id: JsonValue | undefined, status: string | undefined): void {
  const found = textOf(id) === null ? undefined : list.findLast((item) => item.id === id);
  if (found && status !== undefined) found.status = status;
}

function countOf(list: readonly { status: string }[], status: string): number {
  return list.reduce((count, item) => count + Number(item.status === status), 0);
}

function oneOf<T extends string>(values: readonly T[], value: unknown): T | undefined {
  return values.find((known) => known === value);
}
