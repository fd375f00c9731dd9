import type { SessionEvent } from "../core/event.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../core/json.js";
import type { FeedItem, FeedKind, ItemText } from "./feed-types.js";
import { formatCost, formatCount, formatNumberOf } from "./format.js";
import { errorText, numberOf, objectOf, recordType, textOf, tokensOf } from "./record.js";
import { brief } from "./safe-text.js";
import { inputLine, resultText, toolText } from "./tool-text.js";

/** An item in words; cheap enough for what is on screen, not for a whole log. */
export function itemText(item: FeedItem): ItemText {
  const event = item.begin ?? item.end;
  if (event === null) return { label: item.kind, text: "", outcome: "" };
  return texts[item.kind](item, event.data, event);
}

/** A value as one line: a text as it is, everything else as compact JSON. */
function valueText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return "";
  return brief(typeof value === "string" ? value : JSON.stringify(value));
}

type Teller = (item: FeedItem, data: JsonObject, event: SessionEvent) => ItemText;

const said: Teller = ({ kind, draft }, data) => {
  const text = draft ?? textOf(data["text"]) ?? "";
  const label = kind === "prompt" ? promptLabel(data) : kind;
  if (label === kind) return { label, text: brief(text), outcome: "" };
  // What a program says in a person's place it wraps in tags.
  const [, summary] = /<summary>([^]*?)<\/summary>/.exec(text.slice(0, 4_000)) ?? [];
  return { label, text: brief(summary ?? text), outcome: "" };
};

const texts: Record<FeedKind, Teller> = {
  prompt: said,
  message: said,
  thinking: said,
  tool: (item, data) => ({ ...toolText(item, data), outcome: resultText(item) }),
  model: modelCall,
  step: (item, data) => ({
    label: "step",
    text: valueText(data["name"] ?? data["stepId"]),
    outcome: valueText(errorText(item.end?.data["error"]) ?? undefined),
  }),
  wait,
  agent,
  goal,
  state: (_item, data) => ({ label: "state", text: fieldsText(data), outcome: "" }),
  metadata: (_item, data) => ({ label: "metadata", text: fieldsText(data), outcome: "" }),
  turn: (item, data) => ({
    label: "turn",
    text: item.status === "interrupted" ? "interrupted" : item.status === "error" ? "failed" : "ended",
    outcome: valueText(errorText(data["error"]) ?? undefined),
  }),
  session,
  note: (_item, data) => ({ label: "note", text: valueText(data["message"] ?? data["reason"]), outcome: "" }),
  other,
};

function promptLabel(data: JsonObject): string {
  const from = textOf(data["from"]);
  if (from === "task_notification") return "notification";
  return from === null || from === "person" ? "prompt" : brief(from, 30).replaceAll("_", " ");
}

function modelCall(_item: FeedItem, data: JsonObject): ItemText {
  const { input, output, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0 } = tokensOf(data["tokens"]);
  const usd = numberOf(objectOf(data["cost"])["usd"]);
  const read = input + cacheRead + cacheWrite5m + cacheWrite1h;
  const parts = [
    valueText(data["model"]),
    data["tokens"] === undefined ? "" : `${formatCount(read)} in, ${formatCount(output)} out`,
    usd === null ? "" : formatCost(usd),
    valueText(data["stopReason"]),
  ];
  return { label: "model", text: joined(parts), outcome: valueText(errorText(data["error"]) ?? undefined) };
}

function wait({ end, status }: FeedItem, data: JsonObject): ItemText {
  const kind = textOf(data["kind"]);
  const label = kind === "permission" ? "asks" : "waits";
  const tool = textOf(data["tool"]);
  const about = tool === null ? "" : brief(tool, 60);
  const outcome = textOf(end?.data["outcome"]);
  const input = tool === null ? "" : inputLine(data["input"]);
  const message = valueText(data["message"]);
  const ended = end === null ? (status === "running" ? "waiting" : "") : (outcome ?? "over");
  return {
    label,
    text: joined([about, input, message === input ? "" : message]),
    outcome: joined([brief(ended), valueText(end?.data["reason"])]),
  };
}

function agent(item: FeedItem, data: JsonObject): ItemText {
  const type = item.subject ?? textOf(data["type"]) ?? textOf(data["agentId"]) ?? "agent";
  const isEnd = item.end !== null && item.seq === item.end.seq;
  if (!isEnd) return { label: "agent", text: joined([brief(type, 60), valueText(data["task"])]), outcome: "" };
  const verb = item.status === "error" ? "failed" : "done";
  return { label: "agent", text: joined([brief(type, 60), verb]), outcome: valueText(item.end!.data["result"]) };
}

function goal({ subject, begin }: FeedItem, data: JsonObject): ItemText {
  const name = subject ?? textOf(data["goalId"]) ?? "";
  const status = textOf(data["status"]) ?? (begin?.type === "goal_added" ? "pending" : "");
  const { goalId: _id, description: _name, status: _status, source: _source, ...rest } = data;
  const more = begin?.type === "goal_updated" && status === "" ? fieldsText(rest) : "";
  return { label: "goal", text: brief(name), outcome: joined([brief(status).replaceAll("_", " "), more]) };
}

const sessionWords: Record<string, string> = {
  agent_started: "agent started",
  agent_resumed: "agent resumed",
  agent_ended: "agent ended",
  compaction: "context compacted",
  model_switch: "model switched",
};

function session({ status }: FeedItem, data: JsonObject, event: SessionEvent): ItemText {
  const why = joined([withoutTags(data["message"]), reasonText(data["reason"])]);
  const record = recordType(event);
  if (record !== null) return { label: "session", text: joined([sessionWords[record] ?? record, why]), outcome: "" };
  if (event.type === "session_finalized") {
    const ended = status === "error" ? "failed" : status === "interrupted" ? "cancelled" : "completed";
    return {
      label: "session",
      text: ended,
      outcome: joined([reasonText(outcomeText(data["outcome"])), valueText(data["response"])]),
    };
  }
  if (event.type === "metadata_updated") {
    const changed = textOf(data["status"]);
    return { label: "session", text: changed === "active" ? "reopened" : brief(changed ?? ""), outcome: "" };
  }
  const initial = objectOf(data["initial"]);
  const of = data["implicit"] === true ? "with its first event" : valueText(initial["input"] ?? initial["source"]);
  return { label: "session", text: joined(["created", of]), outcome: "" };
}

/** "Other" is what programs say that have nothing to say. */
function reasonText(reason: JsonValue | undefined): string {
  return reason === "other" ? "" : valueText(reason);
}

/** What a program wraps its own words in is not for a line of text. */
function withoutTags(message: JsonValue | undefined): string {
  const text = textOf(message);
  return text === null ? valueText(message) : brief(text.slice(0, 4_000).replaceAll(/<\/?[a-z][a-z-]*>/g, " "));
}

function outcomeText(outcome: JsonValue | undefined): string {
  const fields = objectOf(outcome);
  const told = ["message", "summary", "reason"].map((key) => textOf(fields[key])).find((text) => text !== null);
  return valueText(told ?? outcome);
}

const textFields = ["text", "message", "content", "description", "summary", "name", "command", "path", "query"];

function other(_item: FeedItem, data: JsonObject, event: SessionEvent): ItemText {
  const record = recordType(event) ?? event.type;
  const type = record === "agent_event" ? (textOf(data["name"]) ?? record) : record;
  const {
    type: _type,
    source: _source,
    turn: _turn,
    agentId: _agent,
    error: _error,
    name,
    ...rest
  } = withoutServerFields(data);
  const field = textFields.find((known) => textOf(rest[known]) !== null);
  const fields = record === "agent_event" || name === undefined ? rest : { name, ...rest };
  const text = field === undefined ? fieldsText(fields) : valueText(rest[field]);
  return { label: brief(type || event.type, 40), text, outcome: valueText(errorText(data["error"]) ?? undefined) };
}

function withoutServerFields(data: JsonObject): JsonObject {
  const { seq: _seq, timestamp: _at, receivedAt: _received, eventId: _eventId, sessionId: _id, ...rest } = data;
  return rest;
}

/** `phase=plan, workspace.cwd=/app`, cut behind a few hundred characters. */
function fieldsText(data: JsonObject): string {
  const entries = Object.entries(data).flatMap(([key, value]) => unfolded(key, value));
  const shown = entries.slice(0, 12).map(([key, value]) => `${brief(key, 60)}=${fieldText(value)}`);
  const more = entries.length - shown.length;
  return brief(shown.join(", ") + (more > 0 ? `, and ${formatNumberOf(more, "more", "more")}` : ""));
}

/** The fields of a small object stand for themselves: `workspace.cwd=/app`. */
function unfolded(key: string, value: JsonValue): [string, JsonValue][] {
  const inner = isJsonObject(value) ? Object.entries(value) : [];
  const isSmall = inner.length > 0 && inner.length <= 3 && inner.every(([, part]) => typeof part !== "object");
  return isSmall ? inner.map(([name, part]) => [`${key}.${name}`, part]) : [[key, value]];
}

function fieldText(value: JsonValue): string {
  const text = typeof value === "string" && /^[\w./:@+-]{1,80}$/.test(value) ? value : JSON.stringify(value);
  return brief(text, 120);
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" · ");
}
