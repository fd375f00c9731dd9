import { toolCallTypes } from "../../../core/activity.js";
import type { NewEvent } from "../../../core/event.js";
import type { JsonObject } from "../../../core/json.js";
import type { Known } from "../ingest.js";
import type { Story } from "../story.js";
import { bare, inputKey } from "../tellers.js";
import type { SessionTelemetry } from "./map.js";
import { withoutTold } from "./told-elsewhere.js";

/**
 * What telemetry tells of a session, less what the session knows by now from a source that tells it
 * under another id or under none; with the session itself where there is none yet.
 */
export function settle(known: Known, telemetry: SessionTelemetry, events: readonly NewEvent[]): NewEvent[] {
  const fresh = withoutTold(events, known.story, telemetry.promptHook);
  const news = withTurns(fresh, known.story).filter((event) => isNews(event, known));
  const opened = new Set(news.filter(({ type }) => type === "action").map(({ data }) => data["toolCallId"]));
  return [
    ...introduction(known, telemetry, news),
    ...news.map((event) => withoutKnownInput(event, known.story, opened.has(event.data["toolCallId"]))),
  ];
}

/** Creates the session where there is none, and says whose it is where nobody did. */
function introduction(
  { session }: Known,
  { userId, source }: SessionTelemetry,
  events: readonly NewEvent[],
): NewEvent[] {
  const user: JsonObject = userId === undefined ? {} : { userId: userId.slice(0, 256) };
  if (session) {
    const isNew = userId !== undefined && session.metadata.userId === null;
    return isNew ? [{ type: "metadata_updated", data: user }] : [];
  }
  const data: JsonObject = { implicit: true, tags: [source], initial: { source }, ...user };
  const timestamp = events.find((event) => event.timestamp !== undefined)?.timestamp;
  return [{ type: "session_created", data, ...(timestamp !== undefined && { timestamp }) }];
}

function isNews({ type, data }: NewEvent, { session, story }: Known): boolean {
  const { agentId } = data;
  if (type === "agent_spawned") return !session?.state.agents.some((agent) => agent.agentId === agentId);
  if (type === "agent_completed") {
    const agent = session?.state.agents.findLast((known) => known.agentId === agentId);
    return agent === undefined || agent.status === "active";
  }
  const isMessage = type === "response" && data["type"] === "assistant_message" && agentId === undefined;
  return !isMessage || data["turn"] !== story.turn || !story.said.includes(bare(String(data["text"])));
}

const ofTurns: ReadonlySet<string> = new Set(["model_call", "tool_result", ...toolCallTypes]);

/** Codex tells of its answers outside of the trace that their turn is: they are of the turn that goes on. */
function withTurns(events: readonly NewEvent[], story: Story): NewEvent[] {
  let turn = story.turn;
  return events.map((event) => {
    const { data } = event;
    if (data["type"] === "user_prompt" && typeof data["turn"] === "string") turn = data["turn"];
    const inherits = ofTurns.has(String(data["type"])) && data["source"] === "codex" && data["turn"] === undefined;
    return inherits && turn !== undefined ? { ...event, data: { ...data, turn } } : event;
  });
}

/** A result repeats the input of its call only where the call was told of with less. */
function withoutKnownInput(event: NewEvent, { open, closed }: Story, opensHere: boolean): NewEvent {
  const { input, ...rest } = event.data;
  if (rest["type"] !== "tool_result" || input === undefined) return event;
  const { toolCallId } = rest;
  const call = open.find((one) => one.toolCallId === toolCallId);
  const isKnown = call ? call.inputKey === inputKey(input) : opensHere && !closed.includes(String(toolCallId));
  return isKnown ? { ...event, data: rest } : event;
}
