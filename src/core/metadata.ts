import { isJsonObject, isUnsafeKey, maxJsonDepth, type JsonObject, type JsonValue } from "./json.js";
import type { FoldedEvent } from "./state.js";
import { countModelCall, unknownModel } from "./usage.js";

export const sessionStatuses = ["active", "completed", "failed", "cancelled"] as const;
export type SessionStatus = (typeof sessionStatuses)[number];

export interface TokenUsage extends JsonObject {
  input: number;
  output: number;
  total: number;
}

export interface Metrics extends JsonObject {
  agentsSpawned: number;
  toolCalls: number;
  mcpCalls: number;
  filesModified: number;
  bashCommands: number;
}

/** Whether the producer is at work: `waiting` is for a person, and `reason` says what for. */
export interface Liveness extends JsonObject {
  status: string;
  since: string;
}

/**
 * What is known about a session as a whole: the fold of its first `eventCount` events.
 * Times are RFC 3339, `cost` is in US dollars.
 */
export interface Metadata {
  sessionId: string;
  userId: string | null;
  created: string;
  updated: string;
  status: SessionStatus;
  model: string | null;
  tokenUsage: TokenUsage;
  cost: number;
  metrics: Metrics;
  tags: string[];
  parentSession: string | null;
  subsessions: string[];
  sandboxId: string | null;
  eventCount: number;
  lastEventAt: string;
  liveness: Liveness;
  [key: string]: JsonValue;
}

/** The fields of metadata that the server derives; a patch of them is refused. */
export const derivedMetadataKeys = ["sessionId", "created", "updated", "eventCount", "lastEventAt"] as const;

const countedActions: Record<string, keyof Metrics & string> = {
  task_spawn: "agentsSpawned",
  tool_call: "toolCalls",
  mcp_call: "mcpCalls",
  file_write: "filesModified",
  file_edit: "filesModified",
  bash_exec: "bashCommands",
};

export function initialMetadata(sessionId: string): Metadata {
  return {
    sessionId,
    userId: null,
    created: "",
    updated: "",
    status: "active",
    model: null,
    tokenUsage: { input: 0, output: 0, total: 0 },
    cost: 0,
    metrics: { agentsSpawned: 0, toolCalls: 0, mcpCalls: 0, filesModified: 0, bashCommands: 0 },
    tags: [],
    parentSession: null,
    subsessions: [],
    sandboxId: null,
    eventCount: 0,
    lastEventAt: "",
    liveness: { status: "running", since: "" },
  };
}

/** The metadata after `event`; the given one where it already holds the event. */
export function reduceMetadata(metadata: Metadata, event: FoldedEvent): Metadata {
  if (event.seq <= metadata.eventCount) return metadata;
  const activity = latestActivity(metadata.updated, event);
  return {
    ...change(metadata, event),
    updated: activity,
    eventCount: event.seq,
    lastEventAt: activity,
  };
}

/**
 * When something last happened. An event that arrives late does not take a session back, and one
 * with a time to come does not pin it to the front: it counts from when it was received.
 */
function latestActivity(before: string, { timestamp, receivedAt = timestamp }: FoldedEvent): string {
  const at = timestamp === receivedAt || Date.parse(timestamp) <= Date.parse(receivedAt) ? timestamp : receivedAt;
  return before === "" || Date.parse(at) >= Date.parse(before) ? at : before;
}

function change(metadata: Metadata, event: FoldedEvent): Metadata {
  switch (event.type) {
    case "session_created":
      return createdFrom(metadata, event);
    case "action":
      return countAction(metadata, event.data["type"]);
    case "metadata_updated":
      return patchMetadata(metadata, event.data, event.timestamp);
    case "session_finalized":
      return finalized(metadata, event);
    case "agent_spawned":
      return addSubsession(metadata, event.data["subsession"]);
    case "response":
      return event.data["type"] === "model_call" ? addModelCall(metadata, event) : metadata;
    case "state_updated":
    case "goal_added":
    case "goal_updated":
    case "agent_completed":
    default: // Also a type that a later release wrote: it counts, and changes nothing else.
      return metadata;
  }
}

function createdFrom(metadata: Metadata, { data, timestamp }: FoldedEvent): Metadata {
  const config = field(data["initial"], "config");
  return {
    ...metadata,
    userId: text(data["userId"]),
    model: text(data["model"]) ?? text(field(config, "model")),
    tags: Array.isArray(data["tags"]) ? data["tags"].map(String) : [],
    parentSession: text(data["parentSession"]),
    sandboxId: text(data["sandboxId"]),
    created: timestamp,
    liveness: { status: "running", since: timestamp },
  };
}

function countAction(metadata: Metadata, type: JsonValue | undefined): Metadata {
  if (typeof type !== "string" || !Object.hasOwn(countedActions, type)) return metadata;
  const counter = countedActions[type]!;
  const count = metadata.metrics[counter];
  return { ...metadata, metrics: { ...metadata.metrics, [counter]: (typeof count === "number" ? count : 0) + 1 } };
}

/** What a model was asked counts in tokens, cost and `usage`; the first answer of the main agent names the model. */
function addModelCall(metadata: Metadata, { data, timestamp }: FoldedEvent): Metadata {
  const { tokenUsage, cost, usage } = metadata;
  const totals = countModelCall({ tokenUsage, cost, usage: usage ?? undefined }, data, timestamp);
  const answers = data["error"] === undefined && data["agentId"] === undefined && data["model"] !== unknownModel;
  const model = metadata.model ?? (answers ? text(data["model"]) : null);
  return { ...metadata, ...totals, tokenUsage: totals.tokenUsage as TokenUsage, usage: totals.usage!, model };
}

function finalized(metadata: Metadata, { data, timestamp }: FoldedEvent): Metadata {
  const status = finalStatus(data["status"]);
  return { ...metadata, status, liveness: { status: "ended", since: timestamp } };
}

/** The status that a finalize with this `status` leaves: `success` and nothing mean completed. */
export function finalStatus(status: JsonValue | undefined): SessionStatus {
  if (status === "failed" || status === "cancelled") return status;
  return status === "failure" || status === "error" ? "failed" : "completed";
}

function addSubsession(metadata: Metadata, subsession: JsonValue | undefined): Metadata {
  const id = text(subsession);
  if (id === null || metadata.subsessions.includes(id)) return metadata;
  return { ...metadata, subsessions: [...metadata.subsessions, id] };
}

/**
 * The metadata with a patch applied. Keys may be dotted (`tokenUsage.input`), objects merge,
 * `null` clears, and `"+N"` or `"-N"` on a number (or on nothing yet) adds N to it. A known field
 * keeps its kind: what would break it is left as it was. {@link derivedMetadataKeys} never change,
 * and a key of more than {@link maxJsonDepth} parts or with an unsafe part is passed over.
 */
export function patchMetadata(metadata: Metadata, patch: JsonObject, timestamp: string): Metadata {
  let result: JsonObject = metadata;
  for (const [key, value] of Object.entries(patch)) {
    const path = key.split(".", maxJsonDepth + 1);
    if (isPatchable(path)) result = setPath(result, path, value);
  }
  return keepKinds(metadata, result as Metadata, timestamp);
}

function isPatchable(path: string[]): boolean {
  return path.length <= maxJsonDepth && !isDerived(path[0]!) && !path.some((part) => part === "" || isUnsafeKey(part));
}

function setPath(target: JsonObject, [key, ...rest]: string[], value: JsonValue): JsonObject {
  const current = Object.hasOwn(target, key!) ? target[key!] : undefined;
  const next = rest.length > 0 ? setPath(isJsonObject(current) ? current : {}, rest, value) : merged(current, value);
  return { ...target, [key!]: next };
}

function merged(current: JsonValue | undefined, value: JsonValue): JsonValue {
  if (isJsonObject(value)) {
    let result: JsonObject = isJsonObject(current) ? current : {};
    for (const [key, child] of Object.entries(value)) {
      if (!isUnsafeKey(key)) result = setPath(result, [key], child);
    }
    return result;
  }
  return isIncrement(value) && (typeof current === "number" || current === undefined)
    ? (current ?? 0) + Number(value)
    : value;
}

function isIncrement(value: JsonValue): value is string {
  return typeof value === "string" && /^[+-]\d+(\.\d+)?$/.test(value);
}

/** A known field keeps its kind, whatever a patch, an edited snapshot or an older release's log says. */
function keepKinds(before: Metadata, after: Metadata, timestamp: string): Metadata {
  const sound = keepKindsOf(kinds, kinds, before) as Metadata;
  const kept = keepKindsOf(kinds, sound, after) as Metadata;
  const status = sessionStatuses.includes(kept.status) ? kept.status : before.status;
  return followStatus(sound, followTokens(sound, { ...kept, status }), timestamp);
}

/** A patch that counts tokens in or out and says nothing of the total counts them there too. */
function followTokens(before: Metadata, after: Metadata): Metadata {
  const { input, output, total } = after.tokenUsage;
  const added = input - before.tokenUsage.input + output - before.tokenUsage.output;
  if (added === 0 || total !== before.tokenUsage.total) return after;
  return { ...after, tokenUsage: { ...after.tokenUsage, total: total + added } };
}

/** What the known fields look like, all the way down: null stands for a text or null, a list for texts. */
const kinds: JsonObject = initialMetadata("");

function keepKindsOf(kinds: JsonObject, before: JsonObject, after: JsonObject): JsonObject {
  const kept = Object.entries(kinds).map(([key, kind]) => [key, keepKind(kind, before[key]!, after[key])] as const);
  return { ...after, ...Object.fromEntries(kept) };
}

/** `before` is of the kind. */
function keepKind(kind: JsonValue, before: JsonValue, after: JsonValue = before): JsonValue {
  if (isJsonObject(kind) && isJsonObject(after)) return keepKindsOf(kind, before as JsonObject, after);
  return isOfKind(kind, after) ? after : before;
}

function isOfKind(kind: JsonValue, value: JsonValue): boolean {
  if (kind === null) return value === null || typeof value === "string";
  if (Array.isArray(kind)) return Array.isArray(value) && value.every((item) => typeof item === "string");
  return typeof kind === "number" ? Number.isFinite(value) : typeof kind === "string" && typeof value === "string";
}

function followStatus(before: Metadata, after: Metadata, timestamp: string): Metadata {
  if (after.status !== before.status) {
    return { ...after, liveness: { status: after.status === "active" ? "running" : "ended", since: timestamp } };
  }
  if (after.liveness.status === before.liveness.status) return after;
  return { ...after, liveness: { ...after.liveness, since: timestamp } };
}

function isDerived(key: string): boolean {
  return derivedMetadataKeys.some((derived) => derived === key);
}

function text(value: JsonValue | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function field(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) ? value[key] : undefined;
}
