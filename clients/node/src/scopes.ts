/// <reference lib="esnext.disposable" preserve="true" />
import type { HookAgent } from "./agent.js";
import type { AgentInput, CallOptions, GoalInput, GoalPatch, Receipt, RecordInput } from "./types.js";

/** Node 20.0 to 20.4 lack the symbol; compilers that lower `await using` agree on this name for it. */
const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for("Symbol.asyncDispose") as typeof Symbol.asyncDispose);

/** Something that is under way, and is told of when it ends. Ending it twice changes nothing. */
export interface Scope<T> extends AsyncDisposable {
  complete(result?: T): Promise<void>;
  fail(error: unknown): Promise<void>;
}

/** A goal that is worked on. `await using` completes it at the end of the block, unless it has ended before. */
export interface GoalScope extends Scope<GoalPatch> {
  /** Empty where there is no session. */
  readonly goalId: string;
  update(patch: GoalPatch): Promise<void>;
}

/** An agent at work. `await using` completes it at the end of the block, unless it has ended before. */
export interface AgentScope extends Scope<unknown> {
  /** Empty where there is no session. */
  readonly agentId: string;
  /** Logs what this agent did. */
  logAction(record: RecordInput, options?: CallOptions): Promise<Receipt | undefined>;
  logResponse(record: RecordInput, options?: CallOptions): Promise<Receipt | undefined>;
}

export async function openGoalScope(hook: HookAgent, goal: string | GoalInput): Promise<GoalScope> {
  const input = typeof goal === "string" ? { description: goal } : goal;
  const added = await hook.addGoal({ status: "in_progress", ...input });
  const goalId = added?.goalId ?? "";
  const update = async (patch: GoalPatch) => {
    if (added) await hook.updateGoal(goalId, patch);
  };
  const ends = endings<GoalPatch>({
    complete: (patch) => update({ status: "completed", ...patch }),
    fail: (error) => update({ status: "failed", error: messageOf(error) }),
  });
  return { goalId, update, ...ends };
}

export async function openAgentScope(hook: HookAgent, agent: string | AgentInput): Promise<AgentScope> {
  const spawned = await hook.spawnAgent(agent);
  const agentId = spawned?.agentId ?? "";
  const end = async (result: { status: "completed" | "failed"; result?: unknown }) => {
    if (spawned) await hook.completeAgent(agentId, result);
  };
  const ends = endings<unknown>({
    complete: (result) => end({ status: "completed", ...(result === undefined ? {} : { result }) }),
    fail: (error) => end({ status: "failed", result: { error: messageOf(error) } }),
  });
  return {
    agentId,
    logAction: (record, options) => hook.logAction({ ...record, agentId }, options),
    logResponse: (record, options) => hook.logResponse({ ...record, agentId }, options),
    ...ends,
  };
}

interface Endings<T> {
  complete: (result?: T) => Promise<void>;
  fail: (error: unknown) => Promise<void>;
}

function endings<T>(how: Endings<T>): Scope<T> {
  let ended = false;
  const once = async (end: () => Promise<void>) => {
    if (ended) return;
    ended = true;
    await end();
  };
  return {
    complete: (result) => once(() => how.complete(result)),
    fail: (error) => once(() => how.fail(error)),
    [asyncDispose]: () => once(() => how.complete()),
  };
}

/** Ends the scope as the work ends; what the work throws is passed on. */
export async function runScope<T, S extends Scope<never>>(scope: S, work: (scope: S) => T | Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work(scope);
  } catch (error) {
    await scope.fail(error).catch(() => undefined);
    throw error;
  }
  await scope.complete();
  return result;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
