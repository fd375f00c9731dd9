/** One run of a chain, a tool or a model, for as long as it is under way. */
export interface Run {
  runId: string;
  /** The root run of it: a turn. */
  turn: string;
  startedAt: number;
  kind: "hidden" | "step" | "tool" | "model";
  name: string;
  /** The step that it belongs to: its own, or the nearest one above. */
  step: string | undefined;
  parentStep: string | undefined;
  /** The agent that it belongs to, and whether the agent is this run itself. */
  agentId: string | undefined;
  isAgent: boolean;
  /** Nodes that run side by side have the same one. */
  superstep: string | undefined;
  toolCallId?: string;
  model?: string | undefined;
  provider?: string | undefined;
  /** A step that waits for a person has told so. */
  waits?: boolean;
}

/** Runs that never ended are forgotten beyond this. */
const mostRuns = 10_000;

/** The runs under way, by id. */
export class Runs {
  private readonly runs = new Map<string, Run>();

  get(runId: string | undefined): Run | undefined {
    return runId === undefined ? undefined : this.runs.get(runId);
  }

  add(run: Run): Run {
    if (this.runs.size >= mostRuns) this.runs.delete(this.runs.keys().next().value!);
    this.runs.set(run.runId, run);
    return run;
  }

  /** The run, which is over now. */
  end(runId: string): Run | undefined {
    const run = this.runs.get(runId);
    this.runs.delete(runId);
    return run;
  }

  /** How many nodes of a superstep are under way. */
  countBeside(superstep: string): number {
    let count = 0;
    for (const run of this.runs.values()) if (run.superstep === superstep) count += 1;
    return count;
  }
}
