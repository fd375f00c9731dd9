import type { SessionEvent } from "../../../core/event.js";
import { isJsonObject, type JsonObject } from "../../../core/json.js";
import { parsePage } from "../../../storage/page.js";
import type { SessionStore } from "../../../storage/session-store.js";
import { AppError } from "../../../core/errors.js";
import { messageKey } from "../story.js";
import { isRedacted } from "../tellers.js";
import { textOf } from "../telling/input.js";

/** A model call as it counts by now. */
export interface StoredCall {
  seq: number;
  at: string;
  /** With its corrections. */
  record: JsonObject;
}

/**
 * What a session's log holds, as far as a transcript may tell it again. The whole log counts, since a
 * transcript may be read long after a session was told live, and again and again.
 */
export interface TranscriptIndex {
  /** The last event that is taken into account. */
  seq: number;
  /** Events by their ids. */
  seqs: Map<string, number>;
  /** How often each message, end of a turn, end of an agent and compaction was told: by {@link countKey}. */
  counts: Map<string, number>;
  /** By `callId`. */
  calls: Map<string, StoredCall>;
  /** Results of tools: what of them was told. */
  results: Map<string, { turn: boolean; result: boolean; status: string }>;
  /**
   * What the transcript was the last to set: metadata by key, `cwd`, `status`, goals as `goal <id>`. Of
   * that the order of its lines decides; of what others set, the time does.
   */
  own: Set<string>;
  /** Prompts whose text telemetry kept back. */
  redacted: Set<string>;
  /** When the newest report of a hook came; 0 where none ever did. */
  hookedAt: number;
}

function emptyIndex(): TranscriptIndex {
  return {
    seq: 0,
    seqs: new Map(),
    counts: new Map(),
    calls: new Map(),
    results: new Map(),
    own: new Set(),
    redacted: new Set(),
    hookedAt: 0,
  };
}

/** What events have in common of which a session holds so and so many; undefined for what is told under one id. */
export function countKey(type: string, data: JsonObject): string | undefined {
  if (type === "agent_completed") return `agent ${String(data["agentId"])}`;
  if (data["type"] === "compaction" && type === "action") return "compaction";
  if (type !== "response") return undefined;
  if (data["type"] === "turn_end") return `end ${textOf(data["turn"]) ?? ""}`;
  if (data["type"] !== "assistant_message") return undefined;
  return `said ${messageKey(textOf(data["turn"]), textOf(data["agentId"]), textOf(data["text"]) ?? "")}`;
}

const pageSize = 1000;
const mostIndexes = 16;

/** The indexes of the sessions that transcripts tell of, each kept up with the session's log. */
export function createIndexes(store: SessionStore) {
  const indexes = new Map<string, TranscriptIndex>();
  return async function upToDate(sessionId: string): Promise<TranscriptIndex> {
    const head = await store.head(sessionId);
    const known = indexes.get(sessionId);
    const index = known !== undefined && known.seq <= head ? known : emptyIndex();
    indexes.delete(sessionId);
    indexes.set(sessionId, index);
    if (indexes.size > mostIndexes) indexes.delete(indexes.keys().next().value!);
    for (let more = index.seq < head; more;) {
      const page = await store.readPage(sessionId, { of: "events", after: index.seq, limit: pageSize }).catch(deleted);
      for (const event of page ? parsePage<SessionEvent>(page) : []) addToIndex(index, event);
      more = page?.more ?? false;
    }
    return index;
  };
}

function deleted(error: unknown): undefined {
  if (error instanceof AppError && error.code === "session_not_found") return undefined;
  throw error;
}

function addToIndex(index: TranscriptIndex, event: SessionEvent): void {
  const { seq, type, eventId, data, timestamp } = event;
  index.seq = seq;
  if (!index.seqs.has(eventId)) index.seqs.set(eventId, seq);
  noteOwner(index, event);
  const key = countKey(type, data);
  if (key !== undefined) index.counts.set(key, (index.counts.get(key) ?? 0) + 1);
  if (isOfHook(type, eventId, data)) index.hookedAt = Math.max(index.hookedAt, Date.parse(timestamp) || 0);
  if (data["type"] === "user_prompt" && isRedacted(String(data["text"]))) index.redacted.add(eventId);
  if (type !== "response") return;
  if (data["type"] === "model_call") addCall(index, data, seq, timestamp);
  if (data["type"] === "tool_result" && data["presumed"] !== true) addResult(index, data);
}

function noteOwner({ own }: TranscriptIndex, { type, eventId, data }: SessionEvent): void {
  for (const name of namesSet(type, data)) {
    if (eventId.startsWith("transcript:")) own.add(name);
    else own.delete(name);
  }
}

function namesSet(type: string, data: JsonObject): string[] {
  if (type === "metadata_updated") return Object.keys(data);
  if (type === "state_updated") return ["cwd"];
  if (type === "session_finalized") return ["status"];
  return type === "goal_added" || type === "goal_updated" ? [`goal ${String(data["goalId"])}`] : [];
}

function addCall(index: TranscriptIndex, data: JsonObject, seq: number, at: string): void {
  const {
    seq: _seq,
    timestamp: _timestamp,
    receivedAt: _receivedAt,
    eventId: _eventId,
    extra: _extra,
    ...record
  } = data;
  const callId = String(data["callId"]);
  index.calls.set(callId, { seq: index.calls.get(callId)?.seq ?? seq, at, record });
}

function addResult(index: TranscriptIndex, data: JsonObject): void {
  const known = index.results.get(String(data["toolCallId"]));
  index.results.set(String(data["toolCallId"]), {
    turn: data["turn"] !== undefined || known?.turn === true,
    result: data["result"] !== undefined || known?.result === true,
    status: String(data["status"]),
  });
}

const told: ReadonlySet<string> = new Set([
  "agent_started",
  "agent_resumed",
  "agent_ended",
  "message_delta",
  "turn_end",
  "wait_started",
]);

/** What only Claude Code's hooks tell of; a transcript gives what it tells of the same an id of its own. */
function isOfHook(type: string, eventId: string, data: JsonObject): boolean {
  if ((type !== "action" && type !== "response") || !told.has(String(data["type"]))) return false;
  return data["source"] === "claude-code" && !eventId.startsWith("transcript:") && !eventId.startsWith("turn-end:");
}

export function isTold(index: TranscriptIndex, eventId: string): boolean {
  return index.seqs.has(eventId);
}

export function isFullResult(index: TranscriptIndex, data: JsonObject): boolean {
  const known = index.results.get(String(data["toolCallId"]));
  if (!known) return false;
  const lacksTurn = !known.turn && data["turn"] !== undefined;
  const lacksResult = !known.result && data["result"] !== undefined && known.status === data["status"];
  return !lacksTurn && !lacksResult;
}

export function recordOf(call: StoredCall | undefined): JsonObject | undefined {
  return isJsonObject(call?.record) ? call.record : undefined;
}
