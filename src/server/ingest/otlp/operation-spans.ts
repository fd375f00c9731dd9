import { toolTypeOf } from "../tool-type.js";
import { eventIdFor, partIdFor } from "../telling/input.js";
import { extraOf, toldBy, type Batch } from "./batch.js";
import { action, change, response, type Draft } from "./draft.js";
import { describeGenAi, isToldByGenAi } from "./gen-ai.js";
import { lastPrompt } from "./messages.js";
import { describeOpenInference, isToldByOpenInference } from "./open-inference.js";
import type { Operation } from "./operation.js";
import type { Span } from "./signals.js";
import { millisecondsBetween, parsedText, textOf } from "./values.js";

const isTold = toldBy("session.id", "user.id", "gen_ai.conversation.id", "langfuse.session.id", "exception.*");

/** The operation that a span says it is; undefined for a span that has nothing to do with agents. */
export function operationOf(span: Span): Operation | undefined {
  const { name, attributes } = span;
  const inference = describeOpenInference(name, attributes);
  const described = inference ?? describeGenAi(name, attributes);
  if (!described) return undefined;
  const told = inference ? isToldByOpenInference : isToldByGenAi;
  const extra = extraOf(span, (key) => isTold(key) || told(key));
  for (const key of ["metadata", "llm.invocation_parameters"])
    if (extra[key] !== undefined) extra[key] = parsedText(extra[key])!;
  const source = /langgraph/.test(textOf(attributes["metadata"]) ?? "") ? "langgraph" : "otel";
  return { ...described, source, extra, error: errorOf(span) };
}

function errorOf({ failed, statusMessage, events, attributes }: Span): Operation["error"] {
  if (!failed) return undefined;
  const raised = events.findLast(({ name }) => name === "exception")?.attributes ?? attributes;
  const type = textOf(raised["exception.type"]) ?? textOf(attributes["error.type"]);
  const message = textOf(raised["exception.message"]) ?? (statusMessage || "It failed.");
  return { message, ...(type === undefined ? {} : { type }) };
}

/** What a span of an agent's framework tells: steps, agents in them, model calls, tool calls. */
export function mapOperationSpan(span: Span, operation: Operation, batch: Batch): Draft[] {
  const prompt = promptOf(span, operation);
  if (operation.kind === "model") {
    // Two instrumentations of one call nest: the outer one is the call.
    const nested = batch.ancestorsOf(span).some((outer) => operationOf(outer)?.kind === "model");
    return nested ? mapStep(span, operation, batch) : [...prompt, ...mapModel(span, operation, batch)];
  }
  if (operation.kind === "tool") return mapTool(span, operation, batch);
  const isPart = operation.kind === "agent" && span.parentSpanId !== "";
  return [...prompt, ...(isPart ? mapAgent(span, operation, batch) : mapStep(span, operation, batch))];
}

function common(span: Span, { source }: Operation, batch: Batch) {
  return { source, turn: span.traceId, agentId: agentAround(span, batch), step: span.parentSpanId || undefined };
}

/** The agent that a span is part of, where its span came in the same request. */
function agentAround(span: Span, batch: Batch): string | undefined {
  const agent = batch.ancestorsOf(span).find((outer) => isAgent(outer));
  return agent?.spanId;
}

function isAgent(span: Span): boolean {
  return span.parentSpanId !== "" && operationOf(span)?.kind === "agent";
}

function depthOf(span: Span, batch: Batch): number {
  return batch.ancestorsOf(span).length;
}

/** One prompt begins a trace; its root knows it best, else the first model that was asked. */
function promptOf(span: Span, { asked, source }: Operation): Draft[] {
  const text = lastPrompt(asked);
  if (text === undefined) return [];
  const record = { type: "user_prompt", source, turn: span.traceId, text, from: "person" } as const;
  return [
    action(eventIdFor("prompt", span.traceId), record, { time: span.start, rank: span.parentSpanId === "" ? 2 : 1 }),
  ];
}

function mapModel(span: Span, operation: Operation, batch: Batch): Draft[] {
  const { start, end, spanId } = span;
  const callId = operation.callId ?? spanId;
  const order = -depthOf(span, batch);
  const { model, provider, tokens, usd, stopReason, error, extra } = operation;
  const cost = usd === undefined ? undefined : ({ usd, source: "agent" } as const);
  const durationMs = millisecondsBetween(start, end);
  const by = common(span, operation, batch);
  const record = {
    type: "model_call",
    ...by,
    callId,
    model,
    provider,
    tokens,
    cost,
    durationMs,
    stopReason,
    error,
    extra,
  } as const;
  return [response(eventIdFor("model-call", callId), record, { time: end, order }), ...sayings(span, operation, batch)];
}

function sayings(span: Span, operation: Operation, batch: Batch): Draft[] {
  const by = common(span, operation, batch);
  return operation.said.flatMap(({ text, thinking, toolCalls }, index) => {
    const id = messageId(span.spanId, index);
    const extra = toolCalls.length > 0 ? { toolCalls } : {};
    const place = { time: span.end, order: index };
    return [
      ...(thinking === ""
        ? []
        : [response(eventIdFor("thinking", id), { type: "thinking", ...by, text: thinking }, place)]),
      ...(text === ""
        ? []
        : [
            response(
              eventIdFor("message", id),
              { type: "assistant_message", ...by, text, model: operation.model, extra },
              place,
            ),
          ]),
    ];
  });
}

/** The id of what a model said in a call, the same whether the span tells it or an event of it. */
export function messageId(spanId: string, index: number): string {
  return index === 0 ? spanId : `${spanId}.${index}`;
}

function mapTool(span: Span, operation: Operation, batch: Batch): Draft[] {
  const { start, end, spanId } = span;
  const { name: tool, input, output, error, extra } = operation;
  const toolCallId = operation.toolCallId ?? spanId;
  const by = common(span, operation, batch);
  const order = depthOf(span, batch);
  const call = { type: toolTypeOf(tool), ...by, toolCallId, tool, input, extra } as const;
  const durationMs = millisecondsBetween(start, end);
  const status = error ? "error" : "ok";
  const result = { type: "tool_result", ...by, toolCallId, tool, status, result: output, error, durationMs } as const;
  return [
    action(eventIdFor("tool", toolCallId), call, { time: start, order }),
    response(eventIdFor("tool-result", toolCallId), result, { time: end, order: -order }),
  ];
}

function mapStep(span: Span, operation: Operation, batch: Batch): Draft[] {
  const { start, end, spanId, parentSpanId } = span;
  const { name, input, output, error, extra } = operation;
  const { step: _step, ...by } = common(span, operation, batch);
  const order = depthOf(span, batch);
  const began = {
    type: "step_start",
    ...by,
    stepId: spanId,
    name,
    parentStepId: parentSpanId || undefined,
    input,
    extra,
  } as const;
  const durationMs = millisecondsBetween(start, end);
  const ended = {
    type: "step_end",
    ...by,
    stepId: spanId,
    name,
    status: error ? "error" : "ok",
    output,
    error,
    durationMs,
  } as const;
  return [
    action(eventIdFor("step", spanId), began, { time: start, order }),
    response(eventIdFor("step-end", spanId), ended, { time: end, order: -order }),
  ];
}

function mapAgent(span: Span, operation: Operation, batch: Batch): Draft[] {
  const { start, end, spanId, parentSpanId, traceId } = span;
  const { name, source, asked, said, input, output, error, extra } = operation;
  const order = depthOf(span, batch);
  const spawned = {
    agentId: partIdFor(spanId),
    type: name.slice(0, 256) || "agent",
    task: lastPrompt(asked) ?? input,
    parentAgentId: agentAround(span, batch),
    source,
    turn: traceId,
    step: parentSpanId,
    extra,
  };
  const status = error ? "failed" : "completed";
  const result = said.at(-1)?.text ?? output;
  const completed = { agentId: spawned.agentId, status, result, error, durationMs: millisecondsBetween(start, end) };
  return [
    change("agent_spawned", eventIdFor("agent", spanId), spawned, { time: start, order }),
    change("agent_completed", eventIdFor("agent-completed", spanId), completed, { time: end, order: -order }),
  ];
}

/** A span that no convention has a word for, in a session: kept whole. */
export function mapUnknownSpan(span: Span): Draft[] {
  const durationMs = millisecondsBetween(span.start, span.end);
  const error = errorOf(span);
  const extra = {
    ...extraOf(span, isTold),
    spanId: span.spanId,
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(error === undefined ? {} : { error: { ...error } }),
  };
  const record = {
    type: "agent_event",
    name: span.name || "span",
    source: "otel",
    turn: span.traceId,
    step: span.parentSpanId || undefined,
    extra,
  } as const;
  return [action(eventIdFor("otel-span", span.spanId), record, { time: span.start })];
}
