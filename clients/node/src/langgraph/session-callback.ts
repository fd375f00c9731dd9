import type * as a from "../activity.js";
import type { HookAgent } from "../agent.js";
import { toPlain } from "../plain.js";
import { classOf, modelOf, providerOf, readModelOutput, type ModelOutput } from "./model-calls.js";
import { Runs, type Run } from "./runs.js";
import { Teller } from "./teller.js";
import {
  errorOf,
  interruptsOf,
  isMessage,
  isParentCommand,
  parsedInput,
  promptOf,
  simplified,
  textOf,
  thinkingOf,
} from "./values.js";

export interface SessionCallbackOptions {
  /** Default: the agent that the environment sets up. */
  agent?: HookAgent;
  /** Also keep what each node was given, and not only what it gave back. Default false: it is the whole state. */
  inputs?: boolean;
}

type Fields = Record<string, unknown>;

/**
 * A callback handler for LangGraph and LangChain: pass it in `callbacks`, and the graph's run shows
 * up in the session with its nodes, tools, model calls and tokens. Nodes that run side by side and
 * sub-graphs are agents. It never throws, and never holds the graph up.
 *
 * @see https://docs.langchain.com/oss/javascript/langchain/overview callbacks
 */
export class SessionCallback {
  readonly name = "claude_sessions";
  /** Called in order, as things happen; each call takes microseconds. */
  readonly awaitHandlers = true;
  readonly raiseError = false;
  readonly ignoreLLM = false;
  readonly ignoreChain = false;
  readonly ignoreAgent = false;
  readonly ignoreRetriever = false;
  readonly ignoreCustomEvent = false;
  private readonly runs = new Runs();
  private readonly tell: Teller;
  private readonly inputs: boolean;

  constructor(agent: HookAgent, { inputs = false }: Omit<SessionCallbackOptions, "agent"> = {}) {
    this.tell = new Teller(agent, this.runs);
    this.inputs = inputs;
  }

  handleChainStart(
    chain: unknown,
    inputs: unknown,
    runId: string,
    parentRunId?: string,
    tags?: string[],
    metadata?: Fields,
    _runType?: string,
    runName?: string,
  ): void {
    const parent = this.runs.get(parentRunId);
    const className = classOf(chain);
    const isGraph = isGraphClass(className);
    const own = runName ?? className ?? "chain";
    const { kind, name, step } = describeChain({ own, isGraph, tags: tags ?? [], metadata, isRoot: !parent });
    const superstep = step && parent && `${parent.runId}:${step}`;
    const run = this.begin(runId, parent, kind, name, superstep);
    if (kind === "hidden") return;
    if (!parent) return this.tell.rootBegan(run, promptOf(inputs), simplified(inputs), threadOf(metadata));
    const input = this.inputs ? simplified(inputs) : undefined;
    if (superstep !== undefined) this.tell.nodeBegan(run, input);
    else this.tell.stepBegan(run, input, isGraph && !this.isOfAgent(parent, run));
  }

  /** The node around a sub-graph may be an agent already: then the sub-graph is no second one. */
  private isOfAgent(parent: Run, { name }: Run): boolean {
    return parent.isAgent && parent.name === name;
  }

  private begin(runId: string, parent: Run | undefined, kind: Run["kind"], name: string, superstep?: string): Run {
    this.tell.settle(superstep);
    return this.runs.add({
      runId,
      turn: parent?.turn ?? runId,
      startedAt: performance.now(),
      kind,
      name,
      step: kind === "step" ? runId : parent?.step,
      parentStep: parent?.step,
      agentId: parent?.agentId,
      isAgent: false,
      superstep,
    });
  }

  handleChainEnd(outputs: unknown, runId: string): void {
    this.tell.settle();
    const run = this.runs.end(runId);
    if (run?.kind === "step") this.tell.stepEnded(run, "ok", { output: simplified(outputs) });
  }

  handleChainError(error: unknown, runId: string): void {
    this.tell.settle();
    const run = this.runs.end(runId);
    if (run?.kind !== "step") return;
    const interrupts = interruptsOf(error);
    if (interrupts) this.tell.stepInterrupted(run, interrupts);
    else if (isParentCommand(error)) this.tell.stepEnded(run, "ok", {});
    else this.tell.stepEnded(run, "error", { error: errorOf(error) });
  }

  handleToolStart(
    tool: unknown,
    input: unknown,
    runId: string,
    parentRunId?: string,
    _tags?: string[],
    _metadata?: Fields,
    runName?: string,
    toolCallId?: string,
  ): void {
    const run = this.begin(runId, this.runs.get(parentRunId), "tool", runName ?? classOf(tool) ?? "tool");
    this.tell.toolBegan(run, toolCallId, parsedInput(input));
  }

  handleToolEnd(output: unknown, runId: string): void {
    this.tell.settle();
    const run = this.runs.end(runId);
    if (run?.kind !== "tool") return;
    const failed = isMessage(output) && output.status === "error";
    const result = isMessage(output) ? toPlain(output.content) : simplified(output);
    if (failed) this.tell.toolEnded(run, "error", { error: { message: textOf(output) || "The tool failed." } });
    else this.tell.toolEnded(run, "ok", { result });
  }

  handleToolError(error: unknown, runId: string): void {
    this.tell.settle();
    const run = this.runs.end(runId);
    if (run?.kind !== "tool") return;
    this.tell.toolEnded(run, interruptsOf(error) ? "interrupted" : "error", { error: errorOf(error) });
  }

  handleRetrieverStart(
    retriever: unknown,
    query: string,
    runId: string,
    parentRunId?: string,
    _tags?: string[],
    _metadata?: Fields,
    name?: string,
  ): void {
    this.handleToolStart(retriever, JSON.stringify({ query }), runId, parentRunId, [], {}, name ?? "retriever");
  }

  handleRetrieverEnd(documents: unknown, runId: string): void {
    this.handleToolEnd(documents, runId);
  }

  handleRetrieverError(error: unknown, runId: string): void {
    this.handleToolError(error, runId);
  }

  handleChatModelStart(
    model: unknown,
    _messages: unknown,
    runId: string,
    parentRunId?: string,
    extra?: Fields,
    _tags?: string[],
    metadata?: Fields,
  ): void {
    const run = this.begin(runId, this.runs.get(parentRunId), "model", classOf(model) ?? "model");
    run.model = modelOf(model, extra, metadata);
    run.provider = providerOf(metadata);
  }

  handleLLMStart(
    model: unknown,
    _prompts: unknown,
    runId: string,
    parentRunId?: string,
    extra?: Fields,
    tags?: string[],
    metadata?: Fields,
  ): void {
    this.handleChatModelStart(model, [], runId, parentRunId, extra, tags, metadata);
  }

  handleLLMEnd(output: unknown, runId: string): void {
    this.tell.settle();
    const run = this.runs.end(runId);
    if (run?.kind !== "model") return;
    const read = readModelOutput(output);
    const model = read.model ?? run.model ?? run.name;
    this.tell.modelAnswered(run, { ...callOf(read, runId), model });
    const thought = read.message ? thinkingOf(read.message) : "";
    const said = read.message ? textOf(read.message) : (read.text ?? "");
    if (thought !== "") this.tell.response<a.Thinking>(run, { type: "thinking", text: thought });
    if (said !== "") this.tell.said(run, said, model, messageIdOf(read));
  }

  handleLLMError(error: unknown, runId: string): void {
    this.tell.settle();
    const run = this.runs.end(runId);
    if (run?.kind !== "model") return;
    this.tell.modelAnswered(run, { callId: runId, model: run.model ?? run.name, error: errorOf(error) });
  }

  handleCustomEvent(name: string, data: unknown, runId: string): void {
    this.tell.settle();
    this.tell.custom(this.runs.get(runId), name, simplified(data));
  }
}

interface Chain {
  own: string;
  isGraph: boolean;
  tags: readonly string[];
  metadata: Fields | undefined;
  isRoot: boolean;
}

/**
 * What a chain is by the marks that LangGraph puts on it. `step` is there for a node of a graph.
 * What a node runs by way of writes and branches says nothing, and is hidden.
 */
function describeChain({ own, isGraph, tags, metadata, isRoot }: Chain) {
  const node = nodeOf(metadata);
  const step = node === undefined ? undefined : tags.find((tag) => tag.startsWith("graph:step:"));
  const isNode = isGraph || step !== undefined;
  const hidden = !isRoot && (tags.includes("langsmith:hidden") || (node !== undefined && !isNode));
  const name = isNode ? (node ?? own) : own;
  return hidden ? { kind: "hidden" as const, name } : { kind: "step" as const, name, step };
}

function nodeOf(metadata: Fields | undefined): string | undefined {
  const node = metadata?.["langgraph_node"];
  return typeof node === "string" ? node : undefined;
}

function isGraphClass(name: string | undefined): boolean {
  return name === "CompiledStateGraph" || name === "CompiledGraph" || name === "Pregel" || name === "LangGraph";
}

function threadOf(metadata: Fields | undefined): string | undefined {
  const thread = metadata?.["thread_id"];
  return typeof thread === "string" ? thread : undefined;
}

function callOf({ tokens, stopReason, message }: ModelOutput, runId: string) {
  const callId = messageIdOf({ message }) ?? runId;
  return {
    callId,
    ...(tokens === undefined ? {} : { tokens }),
    ...(stopReason === undefined ? {} : { stopReason }),
  };
}

function messageIdOf({ message }: Pick<ModelOutput, "message">): string | undefined {
  return typeof message?.id === "string" && message.id !== "" ? message.id : undefined;
}
