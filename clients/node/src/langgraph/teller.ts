import { createHash } from "node:crypto";
import type * as a from "../activity.js";
import type { HookAgent } from "../agent.js";
import { isEventId } from "../events.js";
import { isObject, type JsonValue } from "../json.js";
import { forget } from "../forget.js";
import type { RecordInput } from "../types.js";
import type { Run, Runs } from "./runs.js";
import { simplified } from "./values.js";

const source = "langgraph";
/** Ids of tool calls that are remembered, to tell a call that is made again from one that is told twice. */
const mostCallIds = 10_000;
/** Threads that wait for a person and are remembered. */
const mostThreads = 1000;

interface Began {
  run: Run;
  input: JsonValue | undefined;
  timestamp: string;
}

/** The fields that a type names, without its open ones. */
type Named<T> = { [Key in keyof T as string extends Key ? never : Key]: T[Key] };
/** What a record says besides where it belongs. */
type Said<T extends a.Activity> = Omit<Named<T>, "source" | "turn" | "agentId" | "step"> & { timestamp?: string };

/** Writes what happens in a run into the session. */
export class Teller {
  private readonly agent: HookAgent;
  private readonly runs: Runs;
  /** Nodes that began and are not told of yet: those of one superstep begin together. */
  private began: Began[] = [];
  private readonly callIds = new Set<string>();
  /** What a person was asked, by turn. */
  private readonly asked = new Map<string, Set<string>>();
  /** By thread: a person was asked, and the graph has not gone on. */
  private readonly waiting = new Set<string>();
  private readonly threads = new Map<string, string>();

  constructor(agent: HookAgent, runs: Runs) {
    this.agent = agent;
    this.runs = runs;
  }

  rootBegan(run: Run, prompt: string | undefined, input: JsonValue, thread: string | undefined): void {
    if (thread !== undefined) this.resumed(run, thread);
    if (prompt !== undefined) {
      this.action<a.UserPrompt>(run, { type: "user_prompt", text: prompt, from: "person" }, idFor("prompt", run.turn));
    }
    this.stepBegan(run, prompt === undefined ? input : undefined, false);
  }

  /** A graph that asked a person goes on when its thread is run again. */
  private resumed(run: Run, thread: string): void {
    this.threads.set(run.turn, thread);
    if (!this.waiting.delete(thread)) return;
    this.response<a.WaitEnded>(run, { type: "wait_ended", kind: "answer", outcome: "answered" });
  }

  /** A node of a graph; told of once it is known whether others began beside it. */
  nodeBegan(run: Run, input: JsonValue | undefined): void {
    this.began.push({ run, input, timestamp: new Date().toISOString() });
    if (this.began.length === 1) setImmediate(() => this.settle()).unref();
  }

  /** Tells of the nodes that began, unless another of the same superstep is just beginning. */
  settle(superstep?: string): void {
    if (this.began.length === 0 || this.began[0]!.run.superstep === superstep) return;
    const began = this.began;
    this.began = [];
    for (const { run, input, timestamp } of began) {
      const isBranch = began.length > 1 || this.runs.countBeside(run.superstep!) > 1;
      this.stepBegan(run, input, isBranch, timestamp);
    }
  }

  stepBegan(run: Run, input: JsonValue | undefined, isAgent: boolean, timestamp?: string): void {
    if (isAgent) this.spawn(run, timestamp);
    const { runId, name, parentStep } = run;
    const step: Said<a.StepStarted> = { type: "step_start", stepId: runId, name };
    if (parentStep !== undefined) step.parentStepId = parentStep;
    if (input !== undefined) step.input = input;
    if (timestamp !== undefined) step.timestamp = timestamp;
    this.action<a.StepStarted>({ ...run, step: parentStep }, step, idFor("step", runId));
  }

  private spawn(run: Run, timestamp: string | undefined): void {
    const { runId: agentId, name: type, agentId: parentAgentId } = run;
    forget(
      this.agent.spawnAgent({
        agentId,
        type,
        source,
        ...(parentAgentId === undefined ? {} : { parentAgentId }),
        ...(timestamp === undefined ? {} : { timestamp }),
      }),
    );
    run.agentId = agentId;
    run.isAgent = true;
  }

  stepEnded(run: Run, status: a.StepEnded["status"], rest: { output?: JsonValue; error?: a.ActivityError }): void {
    const { runId: stepId, name, parentStep, isAgent } = run;
    const ended: Said<a.StepEnded> = { type: "step_end", stepId, name, status, ...rest, durationMs: since(run) };
    this.response<a.StepEnded>({ ...run, step: parentStep }, ended, idFor("step-end", stepId));
    if (isAgent) this.complete(stepId, status, rest);
    if (run.turn === stepId) this.turnEnded(run, status, rest.error);
  }

  private complete(
    agentId: string,
    status: a.StepEnded["status"],
    rest: { output?: JsonValue; error?: a.ActivityError },
  ) {
    const result = rest.error ?? rest.output;
    const done = { status: status === "error" ? ("failed" as const) : ("completed" as const) };
    forget(this.agent.completeAgent(agentId, result === undefined ? done : { ...done, result }));
  }

  private turnEnded(run: Run, status: a.StepEnded["status"], error: a.ActivityError | undefined): void {
    this.threads.delete(run.turn);
    const asked = this.asked.delete(run.turn);
    const ended = asked && status === "ok" ? "interrupted" : status;
    this.response<a.TurnEnd>(run, { type: "turn_end", status: ended, ...(error === undefined ? {} : { error }) });
  }

  /** A node asks a person something; the graph stops until it is run again with the answer. */
  stepInterrupted(run: Run, interrupts: unknown[]): void {
    const asked = this.asked.get(run.turn) ?? new Set();
    this.asked.set(run.turn, asked);
    for (const interrupt of interrupts) this.ask(run, simplified(interrupt), asked);
    this.stepEnded(run, "interrupted", {});
  }

  /** Graphs around the node are left by the same interrupt: it is told once. */
  private ask(run: Run, interrupt: JsonValue, asked: Set<string>): void {
    const { value = interrupt } = isObject(interrupt) ? interrupt : {};
    const key = JSON.stringify(interrupt);
    if (asked.has(key)) return;
    asked.add(key);
    const message = typeof value === "string" ? value : JSON.stringify(value);
    this.action<a.WaitStarted>(run, { type: "wait_started", kind: "answer", message });
    const thread = this.threads.get(run.turn);
    if (thread === undefined) return;
    if (this.waiting.size >= mostThreads) this.waiting.delete(this.waiting.keys().next().value!);
    this.waiting.add(thread);
  }

  toolBegan(run: Run, toolCallId: string | undefined, input: JsonValue): void {
    run.toolCallId = this.uniqueCallId(run.runId, toolCallId);
    const { toolCallId: id, name: tool } = run;
    this.action<a.ToolCall>(run, { type: "tool_call", toolCallId: id, tool, input }, idFor("tool", id));
  }

  /** The model's id of the call; with the run's where the same call is made again, as retries do. */
  private uniqueCallId(runId: string, toolCallId: string | undefined): string {
    if (toolCallId === undefined || toolCallId === "") return runId;
    if (this.callIds.has(toolCallId)) return `${toolCallId}:${runId}`;
    if (this.callIds.size >= mostCallIds) this.callIds.clear();
    this.callIds.add(toolCallId);
    return toolCallId;
  }

  toolEnded(run: Run, status: a.ToolResult["status"], rest: { result?: JsonValue; error?: a.ActivityError }): void {
    const { toolCallId = run.runId, name: tool } = run;
    const result: Said<a.ToolResult> = {
      type: "tool_result",
      toolCallId,
      tool,
      status,
      ...rest,
      durationMs: since(run),
    };
    this.response<a.ToolResult>(run, result, idFor("tool-result", toolCallId));
  }

  modelAnswered(run: Run, call: Pick<a.ModelCall, "callId" | "model" | "tokens" | "stopReason" | "error">): void {
    const provider = run.provider === undefined ? {} : { provider: run.provider };
    const record: Said<a.ModelCall> = { type: "model_call", ...call, ...provider, durationMs: since(run) };
    this.response<a.ModelCall>(run, record, idFor("model-call", call.callId));
  }

  said(run: Run, text: string, model: string, messageId: string | undefined): void {
    const message: Said<a.AssistantMessage> = { type: "assistant_message", text, model };
    if (messageId === undefined) return this.response<a.AssistantMessage>(run, message);
    this.response<a.AssistantMessage>(run, { ...message, messageId }, idFor("message", messageId));
  }

  custom(run: Run | undefined, name: string, data: JsonValue): void {
    const record: Said<a.UnknownActivity> = { type: "agent_event", name, extra: { data } };
    if (run) this.action<a.UnknownActivity>(run, record);
    else forget(this.agent.logAction({ ...record, type: "agent_event", source }));
  }

  action<T extends a.Activity>(run: Run, record: Said<T>, eventId?: string): void {
    forget(this.agent.logAction(placed(run, record as unknown as { type: string }, eventId)));
  }

  response<T extends a.Activity>(run: Run, record: Said<T>, eventId?: string): void {
    forget(this.agent.logResponse(placed(run, record as unknown as { type: string }, eventId)));
  }
}

function placed(
  { turn, agentId, step }: Run,
  { type, ...record }: { type: string },
  eventId: string | undefined,
): RecordInput {
  return {
    type,
    source,
    turn,
    ...(agentId === undefined ? {} : { agentId }),
    ...(step === undefined ? {} : { step }),
    ...record,
    ...(eventId === undefined ? {} : { eventId }),
  };
}

function since({ startedAt }: Run): number {
  return Math.round(performance.now() - startedAt);
}

/** An id of an event, the same for whoever tells of it. */
function idFor(kind: string, id: string): string {
  const eventId = `${kind}:${id}`;
  return isEventId(eventId) ? eventId : `${kind}:${createHash("sha256").update(id).digest("hex").slice(0, 32)}`;
}
