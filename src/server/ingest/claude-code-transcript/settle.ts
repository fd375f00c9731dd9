import type { NewEvent } from "../../../core/event.js";
import type { JsonObject, JsonValue } from "../../../core/json.js";
import type { Session } from "../../../core/session.js";
import { countKey, isTold, type TranscriptIndex } from "./log-index.js";
import type { TranscriptEvent } from "./stream.js";
import type { Known } from "../ingest.js";
import { eventIdFor, objectOf } from "../telling/input.js";
import { beginTelling } from "../telling/telling.js";
import { endWaits } from "../telling/waits.js";

interface Settling {
  known: Known;
  index: TranscriptIndex;
  redact: (data: JsonObject) => JsonObject;
  /** What is to be stored, in order. */
  events: NewEvent[];
  /** By what of this telling is to be stored as well. */
  ids: Set<string>;
  counts: Map<string, number>;
  goals: Map<string, JsonObject>;
  /** Metadata, and the working folder as `cwd`, as what is to be stored makes them. */
  fields: Map<string, JsonValue>;
  agents: Set<string>;
  /** The session is not active, or will not be by what is to be stored. */
  over: boolean;
}

/**
 * What a transcript tells of a session, less what the session knows from it or from another source: the
 * same thing under its own id, or as many of its like as the transcript has told by then. Goals and
 * metadata hold what was told of them last.
 */
export function settleTranscript(
  known: Known,
  index: TranscriptIndex,
  told: readonly TranscriptEvent[],
  redact: (data: JsonObject) => JsonObject,
): NewEvent[] {
  const { session } = known;
  const settling = begin(known, index, redact);
  if (session && told.length > 0) join(settling, session);
  for (const event of told.map((event) => withText(index, event))) {
    if (!isTold(index, event.eventId) && !settling.ids.has(event.eventId)) settleOne(settling, event);
  }
  return settling.events;
}

function begin({ session, story }: Known, index: TranscriptIndex, redact: Settling["redact"]): Settling {
  const { metadata, state } = session ?? { metadata: {}, state: undefined };
  return {
    known: { session, story },
    index,
    redact,
    events: [],
    ids: new Set(),
    counts: new Map(),
    goals: new Map(state?.goals.map((goal) => [goal.goalId, goal])),
    fields: new Map([...Object.entries(metadata), ["cwd", state?.workspace["cwd"] ?? null]]),
    agents: new Set(state?.agents.map(({ agentId }) => agentId)),
    over: session !== undefined && session.metadata.status !== "active",
  };
}

/** A prompt whose text telemetry kept back is told with it, as the correction. */
function withText(index: TranscriptIndex, event: TranscriptEvent): TranscriptEvent {
  if (event.data["type"] !== "user_prompt" || !index.redacted.has(event.eventId)) return event;
  return { ...event, eventId: eventIdFor("prompt", `${String(event.data["turn"])}#2`) };
}

function settleOne(settling: Settling, event: TranscriptEvent): void {
  const settle = Object.hasOwn(byType, event.type) ? byType[event.type] : undefined;
  if (settle) return settle(settling, event);
  const { data } = event;
  if (isPresumedInVain(settling, data)) return;
  if (isLifecycle(data) && isTheHooks(settling, event)) return;
  if (!isCounted(settling, event)) return;
  keep(settling, event);
  if (data["type"] === "tool_result" && data["presumed"] !== true) endWaitsOf(settling, data);
}

function keep(settling: Settling, { nth: _nth, ...event }: TranscriptEvent): void {
  settling.ids.add(event.eventId);
  settling.events.push(event);
}

const byType: Record<string, (settling: Settling, event: TranscriptEvent) => void> = {
  session_created: (settling, event) => {
    const { parentSession } = event.data;
    if (!settling.known.session) keep(settling, event);
    else if (parentSession !== undefined) setMetadata(settling, { ...event, data: { parentSession } });
  },
  agent_spawned: (settling, event) => {
    const agentId = String(event.data["agentId"]);
    if (settling.agents.has(agentId)) return;
    settling.agents.add(agentId);
    keep(settling, event);
  },
  agent_completed: (settling, event) => {
    if (settling.agents.has(String(event.data["agentId"])) && isCounted(settling, event)) keep(settling, event);
  },
  goal_added: setGoal,
  goal_updated: setGoal,
  metadata_updated: setMetadata,
  state_updated: (settling, event) => {
    const { cwd = null } = objectOf(event.data["workspace"]);
    if (isChange(settling, event, "cwd", cwd)) keep(settling, event);
  },
  session_finalized: (settling, event) => {
    if (settling.over || isTheHooks(settling, event)) return;
    settling.over = true;
    keep(settling, event);
  },
};

/** The how-many-th of its like it is decides; true where the session holds fewer. */
function isCounted(settling: Settling, { type, data, nth }: TranscriptEvent): boolean {
  const key = nth === undefined ? undefined : countKey(type, settling.redact(data));
  if (key === undefined) return true;
  const held = (settling.index.counts.get(key) ?? 0) + (settling.counts.get(key) ?? 0);
  if (held >= nth!) return false;
  settling.counts.set(key, (settling.counts.get(key) ?? 0) + 1);
  return true;
}

/** It was concluded that a result never came, and it came. */
function isPresumedInVain({ index }: Settling, { type, presumed, toolCallId }: JsonObject): boolean {
  return type === "tool_result" && presumed === true && index.results.has(String(toolCallId));
}

function isLifecycle({ type, presumed, status }: JsonObject): boolean {
  return type === "agent_ended" || presumed === true || (type === "turn_end" && status === "interrupted");
}

/** Hooks go on reporting for so long before it counts as their silence, milliseconds. */
const hooksGrace = 60_000;

/** Where hooks tell of the session, they say when it begins and ends; a transcript only sees it stop. */
function isTheHooks({ index }: Settling, { timestamp }: TranscriptEvent): boolean {
  if (index.hookedAt === 0) return false;
  const at = Date.parse(timestamp ?? "");
  return Number.isNaN(at) || at <= index.hookedAt + hooksGrace;
}

/** A source that did not know the goal adds it; what is older than the goal's last change is over. */
function setGoal(settling: Settling, event: TranscriptEvent): void {
  const { goalId, ...fields } = event.data;
  const known = settling.goals.get(String(goalId));
  if (!known) {
    if (event.type === "goal_updated") fields["description"] ??= String(goalId);
    settling.goals.set(String(goalId), { ...event.data, ...fields });
    return keep(settling, { ...event, type: "goal_added", data: { goalId: goalId!, ...fields } });
  }
  const isOwn = settling.index.own.has(`goal ${String(goalId)}`);
  const isOlder = !isOwn && Date.parse(String(known["updated"])) > Date.parse(event.timestamp ?? "");
  const shown = settling.redact(fields);
  const changed = Object.entries(fields).filter(
    ([name]) => name !== "source" && JSON.stringify(known[name]) !== JSON.stringify(shown[name]),
  );
  if (isOlder || changed.length === 0) return;
  settling.goals.set(String(goalId), { ...known, ...fields });
  keep(settling, { ...event, type: "goal_updated", data: { goalId: goalId!, ...Object.fromEntries(changed) } });
}

/** Metadata that nobody set is set; what somebody did is only changed by what is newer than all that is stored. */
function setMetadata(settling: Settling, event: TranscriptEvent): void {
  const { status, ...fields } = event.data;
  if (status !== undefined) return goOn(settling, event);
  const news = Object.entries(fields).filter(([name, value]) => isChange(settling, event, name, value));
  if (news.length > 0) keep(settling, { ...event, type: "metadata_updated", data: Object.fromEntries(news) });
}

/** Whether a field becomes another one: by the order of the lines what they have set, by the time what others have. */
function isChange(settling: Settling, event: TranscriptEvent, name: string, value: JsonValue): boolean {
  const { index, known, fields } = settling;
  const before = fields.get(name) ?? null;
  const shown = settling.redact({ [name]: value })[name] ?? null;
  const isOpen =
    before === null || (name !== "parentSession" && (index.own.has(name) || isNewest(known.session, event)));
  if (!isOpen || JSON.stringify(before) === JSON.stringify(shown)) return false;
  fields.set(name, shown);
  return true;
}

/** An ended session goes on, unless it ended after that. */
function goOn(settling: Settling, event: TranscriptEvent): void {
  const { session } = settling.known;
  const isStored = session !== undefined && session.metadata.status !== "active" && !settling.index.own.has("status");
  const isLater = !isStored || Date.parse(event.timestamp ?? "") >= Date.parse(session.metadata.liveness.since);
  if (!settling.over || !isLater || isTheHooks(settling, event)) return;
  settling.over = false;
  keep(settling, event);
}

function isNewest(session: Session | undefined, { timestamp }: TranscriptEvent): boolean {
  return session === undefined || !(Date.parse(timestamp ?? "") < Date.parse(session.metadata.lastEventAt));
}

/** A result that hooks will not tell of again ends what was waited for. */
function endWaitsOf({ known, events }: Settling, { toolCallId, status }: JsonObject): void {
  const telling = beginTelling(known, { source: "claude-code" });
  endWaits(telling, (wait) => wait.toolCallId === toolCallId, status === "denied" ? "denied" : "allowed");
  events.push(...telling.events);
}

/** A session that another source created is Claude Code's too. */
function join({ events }: Settling, { metadata }: Session): void {
  if (metadata.tags.includes("claude-code")) return;
  events.push({ type: "metadata_updated", data: { tags: [...metadata.tags, "claude-code"] } });
}
