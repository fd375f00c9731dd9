import { toolCallTypes } from "../../../core/activity.js";
import type { NewEvent } from "../../../core/event.js";
import { isJsonObject, type JsonObject } from "../../../core/json.js";
import type { Story } from "../story.js";
import { inputKey, isRedacted, promptAt, promptKey, sameCall, samePrompt, sameStart, tellerOf } from "../tellers.js";

/** Agents whose hooks and telemetry name prompts, and some of them calls, each in its own way. */
const namedApart: ReadonlySet<unknown> = new Set(["codex", "gemini"]);
const callTypes: ReadonlySet<unknown> = new Set(toolCallTypes);

/**
 * What telemetry tells, less what hooks have told under other ids; what it tells of a turn that hooks
 * told is in that turn.
 */
export function withoutTold(events: readonly NewEvent[], story: Story, promptHook: boolean): NewEvent[] {
  const told = new Set(events.filter((event) => isTold(event, story, promptHook)));
  const calls = toldCalls(events, story);
  const fresh = events.filter((event) => !told.has(event) && !calls.has(event.data["toolCallId"]));
  const own = new Set([
    ...fresh.filter(({ data }) => data["type"] === "user_prompt").map(({ data }) => data["turn"]),
    ...story.prompts.filter(({ from }) => from === "telemetry").map(({ turn }) => turn),
  ]);
  return fresh.map((event) => asToldStart(inTurn(event, story, own), story));
}

function isTold({ data, timestamp }: NewEvent, story: Story, promptHook: boolean): boolean {
  if (data["type"] === "tool_result") return isBeingTold(data, story);
  if (data["type"] !== "user_prompt") return false;
  const text = String(data["text"]);
  if (!namedApart.has(data["source"])) return isLeftToHooks(data["turn"], text, story, promptHook);
  return samePrompt(story.prompts, { key: promptKey(text), at: timeOf(timestamp), from: "telemetry" }) !== undefined;
}

/**
 * Hooks told of the call and are about to tell what it gave, which telemetry does not. A refusal is
 * told by telemetry alone where a person declined on the terminal.
 */
function isBeingTold({ source, toolCallId, status, result }: JsonObject, { open }: Story): boolean {
  if (source !== "claude-code" || result !== undefined || (status !== "ok" && status !== "error")) return false;
  return open.some((call) => call.toolCallId === toolCallId && call.told.from === "hooks");
}

/** A prompt without its text says nothing where a hook tells of it, sooner or later. */
function isLeftToHooks(turn: unknown, text: string, { prompts }: Story, promptHook: boolean): boolean {
  if (!isRedacted(text) || prompts.some((prompt) => prompt.turn === turn)) return false;
  return promptHook || prompts.some(({ from }) => from === "hooks");
}

/** The calls of an agent without ids that its hooks told of: they ended, or their end is being told. */
function toldCalls(events: readonly NewEvent[], story: Story): Set<unknown> {
  const told = new Set<unknown>();
  const ends = new Map(events.filter(isResult).map(({ data, timestamp }) => [data["toolCallId"], timeOf(timestamp)]));
  for (const { data, timestamp } of events) {
    if (data["source"] !== "gemini" || !callTypes.has(data["type"])) continue;
    const [tool, key] = [String(data["tool"]), inputKey(data["input"])];
    const at = ends.get(data["toolCallId"]) ?? timeOf(timestamp);
    const isOpen = story.open.some((call) => call.tool === tool && call.inputKey === key && call.told.from === "hooks");
    if (isOpen || sameCall(story.calls, { tool, inputKey: key, at, from: "telemetry" })) told.add(data["toolCallId"]);
  }
  return told;
}

function isResult({ data }: NewEvent): boolean {
  return data["type"] === "tool_result";
}

/** In the turn that hooks told of it, where telemetry has not told the prompt of its own. */
function inTurn(event: NewEvent, story: Story, own: ReadonlySet<unknown>): NewEvent {
  const { data, timestamp } = event;
  if (!namedApart.has(data["source"]) || data["type"] === "user_prompt" || !isOfTurn(event)) return event;
  if (data["turn"] !== undefined && own.has(data["turn"])) return event;
  const turn = promptAt(story.prompts, timeOf(timestamp), "telemetry")?.turn;
  return turn === undefined ? event : { ...event, data: { ...data, turn } };
}

/** What happens before the first prompt names no turn, but a call always is of one. */
function isOfTurn({ data }: NewEvent): boolean {
  return (
    data["turn"] !== undefined ||
    data["type"] === "model_call" ||
    isResult({ data } as NewEvent) ||
    callTypes.has(data["type"])
  );
}

/** The agent starts once; what its telemetry says of that beyond is kept. */
function asToldStart(event: NewEvent, { starts }: Story): NewEvent {
  const { data, timestamp } = event;
  if (data["type"] !== "agent_started") return event;
  const told = sameStart(starts, { at: timeOf(timestamp), from: tellerOf(data) });
  if (told === undefined) return event;
  const { from: _from, ...extra } = isJsonObject(data["extra"]) ? data["extra"] : {};
  return { ...event, data: { ...data, type: "agent_event", name: "start", extra } };
}

function timeOf(timestamp: string | undefined): number {
  return Date.parse(timestamp ?? "");
}
