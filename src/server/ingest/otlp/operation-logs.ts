import { isJsonObject, type JsonObject } from "../../../core/json.js";
import { eventIdFor } from "../telling/input.js";
import { extraOf, identityOf, toldBy } from "./batch.js";
import { action, response, type Draft } from "./draft.js";
import { describeGenAi, isToldByGenAi } from "./gen-ai.js";
import { lastPrompt, messageOf } from "./messages.js";
import { messageId } from "./operation-spans.js";
import type { Log } from "./signals.js";
import { numberOf, parsedText, textOf } from "./values.js";

const source = "otel";
const isTold = toldBy("session.id", "user.id", "gen_ai.conversation.id", "event.name", "event.timestamp");

/** Messages of the conversation so far, once more with each call. */
const history = new Set(["gen_ai.system.message", "gen_ai.assistant.message", "gen_ai.tool.message"]);

const maps: Record<string, (log: Log) => Draft[]> = {
  "gen_ai.client.inference.operation.details": detailed,
  "gen_ai.user.message": asked,
  "gen_ai.choice": chosen,
};

/** What log records of the GenAI conventions tell, and any other of a session. */
export function mapOperationLog(log: Log): Draft[] {
  if (history.has(log.name)) return [];
  const map = Object.hasOwn(maps, log.name) ? maps[log.name]! : unknown;
  return map(log);
}

function common({ traceId, spanId }: Log) {
  return { source, turn: traceId || undefined, step: spanId || undefined };
}

/** The body of an event, else its attributes: older and newer exporters differ. */
function contentOf({ body, attributes }: Log): JsonObject {
  const content = parsedText(body);
  return isJsonObject(content) ? content : attributes;
}

/** A model call, in the words of its span and under the same id. */
function detailed(log: Log): Draft[] {
  const described = describeGenAi(log.name, log.attributes);
  if (described?.kind !== "model") return unknown(log);
  const { model, provider, tokens, usd, stopReason, callId: given, asked: prompts, said } = described;
  const callId = given ?? (log.spanId || identityOf(log));
  const cost = usd === undefined ? undefined : ({ usd, source: "agent" } as const);
  const extra = extraOf(log, (key) => isTold(key) || isToldByGenAi(key));
  const record = {
    type: "model_call",
    ...common(log),
    callId,
    model,
    provider,
    tokens,
    cost,
    stopReason,
    extra,
  } as const;
  const text = lastPrompt(prompts);
  return [
    ...(text === undefined ? [] : [prompted(log, text)]),
    // A request that has no answer yet is told by the record of its answer.
    ...(tokens === undefined && said.length === 0
      ? []
      : [response(eventIdFor("model-call", callId), record, { time: log.time })]),
    ...said.flatMap((message, index) => saying(log, index, message.text)),
  ];
}

function asked(log: Log): Draft[] {
  const { text } = messageOf(contentOf(log));
  return text === "" ? [] : [prompted(log, text)];
}

function prompted(log: Log, text: string): Draft {
  const id = log.traceId || identityOf(log);
  const record = { type: "user_prompt", source, turn: log.traceId || undefined, text, from: "person" } as const;
  return action(eventIdFor("prompt", id), record, { time: log.time });
}

function chosen(log: Log): Draft[] {
  const content = contentOf(log);
  const message = parsedText(content["message"]);
  const { text } = messageOf(isJsonObject(message) ? message : content);
  return saying(log, numberOf(content["index"]) ?? 0, text);
}

function saying(log: Log, index: number, text: string): Draft[] {
  if (text === "") return [];
  const id = log.spanId === "" ? identityOf(log) : messageId(log.spanId, index);
  const record = { type: "assistant_message", ...common(log), text } as const;
  return [response(eventIdFor("message", id), record, { time: log.time, order: index })];
}

function unknown(log: Log): Draft[] {
  const body = log.body === null || log.body === log.name ? {} : { body: log.body };
  const severity = log.severity === "" ? {} : { severity: log.severity };
  const extra = { ...extraOf(log, isTold), ...body, ...severity };
  const name = log.name || textOf(log.attributes["name"]) || "log";
  return [
    action(
      eventIdFor("otel", identityOf(log)),
      { type: "agent_event", name, ...common(log), extra },
      { time: log.time },
    ),
  ];
}
