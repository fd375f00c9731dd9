import type { SessionEvent } from "../core/event.js";
import type { State } from "../core/state.js";
import { AgentNames, GoalNames } from "./feed-names.js";
import { FeedSpans } from "./feed-spans.js";
import { contradicts, durationOf, isFailure, metadataItem, spanStatus, toolStatus, waitStatus } from "./feed-status.js";
import type { FeedItem, FeedKind, ItemStatus } from "./feed-types.js";
import { Turns, type Turn } from "./feed-turns.js";
import { errorText, recordType, textOf, timeOf } from "./record.js";

export interface FeedOptions {
  /** The events reach to the end of the log: what has not ended is still running. */
  toHead: boolean;
  /** Names the goals and agents whose beginning is not among the events. */
  state?: Pick<State, "goals" | "agents"> | null;
}

/** Events of one session, in order of seq, as a person would tell them. Pure; throws for no input. */
export function buildFeed(events: readonly SessionEvent[], options: FeedOptions): FeedItem[] {
  const builder = new FeedBuilder(options);
  for (const event of events) builder.append(event);
  return builder.items();
}

/** Items out of events, one event at a time; an item that grows is a new object with the same key. */
export class FeedBuilder {
  private readonly list: FeedItem[] = [];
  private readonly indexes = new Map<string, number>();
  private readonly turns = new Turns();
  private readonly agents: AgentNames;
  private readonly goals: GoalNames;
  private readonly spans = new FeedSpans();
  private readonly options: FeedOptions;

  constructor(options: FeedOptions) {
    this.options = options;
    this.agents = new AgentNames(options.state?.agents ?? []);
    this.goals = new GoalNames(options.state?.goals ?? []);
  }

  items(): FeedItem[] {
    for (const { key, stats } of this.turns.take(this.options.toHead)) this.change(key, { stats });
    return this.list.slice();
  }

  append(event: SessionEvent): void {
    const type = recordType(event);
    if (type !== null) return this.appendRecord(event, type);
    switch (event.type) {
      case "goal_added":
      case "goal_updated":
        return this.plain(event, "goal", { subject: this.goals.take(event) });
      case "agent_spawned":
        return this.agentSpawned(event);
      case "agent_completed":
        return this.agentCompleted(event);
      case "state_updated":
        return this.plain(event, "state");
      case "metadata_updated":
        return this.plain(event, ...metadataItem(event));
      case "session_finalized":
        return this.finalized(event);
      case "session_created":
        return this.plain(event, "session");
      case "action":
      case "response":
      default: // Also a type that a later release wrote.
        return this.plain(event, "other");
    }
  }

  private appendRecord(event: SessionEvent, type: string): void {
    const how = Object.hasOwn(records, type) ? records[type] : undefined;
    if (how?.on === event.type) how.take(this, event);
    else this.plain(event, "other", { status: errorText(event.data["error"]) === null ? "none" : "error" });
  }

  /** An item of its own; counts as activity of its turn. */
  plain(event: SessionEvent, kind: FeedKind, more: Partial<FeedItem> = {}): void {
    const turn = this.turns.of(event);
    if (turn) this.turns.touch(turn, event);
    this.push(event, kind, turn, more);
  }

  prompt(event: SessionEvent): void {
    // A subagent's prompt is part of the turn that set it to work.
    if (textOf(event.data["agentId"]) !== null) return this.plain(event, "prompt");
    const corrected = this.turns.correctedBy(event);
    if (corrected) return this.change(corrected.key, { begin: event, lastSeq: event.seq });
    const turn = this.turns.begin(keyOf(event), event);
    this.push(event, "prompt", turn, {});
  }

  message(event: SessionEvent): void {
    this.count(event, (stats) => (stats.messages += 1));
    const key = this.spans.endDraft(event);
    if (key === null || !this.indexes.has(key)) return this.plain(event, "message");
    this.change(key, { begin: event, lastSeq: event.seq, draft: null, status: "none" });
  }

  delta(event: SessionEvent): void {
    const { key, text, isNew } = this.spans.draft(event, keyOf(event));
    if (isNew) this.plain(event, "message", { status: this.openStatus(), draft: text });
    else this.change(key, { draft: text, lastSeq: event.seq });
  }

  toolCall(event: SessionEvent): void {
    this.count(event, (stats) => (stats.tools += 1));
    const id = this.spans.begin("tool", event, keyOf(event));
    const status = id === null ? (errorText(event.data["error"]) === null ? "none" : "error") : this.openStatus();
    this.plain(event, "tool", { status });
  }

  toolResult(event: SessionEvent): void {
    const status = toolStatus(event);
    const key = this.spans.keyOf("tool", event);
    const before = key === null ? undefined : this.get(key);
    // What was only presumed does not replace what was told.
    if (before?.end && event.data["presumed"] === true && before.end.data["presumed"] !== true) return;
    const failed = Number(isFailure(status)) - Number(before?.end ? isFailure(before.status) : false);
    this.count(event, (stats) => (stats.failedTools += failed));
    if (key === null || !before) {
      this.spans.begin("tool", event, keyOf(event));
      return this.lateEnd(event, "tool", status);
    }
    this.close(key, event, status);
  }

  begin(kind: "step" | "wait", event: SessionEvent): void {
    const id = this.spans.begin(kind, event, keyOf(event));
    this.plain(event, kind, { status: id === null ? "none" : this.openStatus() });
  }

  end(kind: "step" | "wait", event: SessionEvent): void {
    const status = kind === "wait" ? waitStatus(event) : spanStatus(event);
    const key = this.spans.end(kind, event);
    if (key === null) return this.lateEnd(event, kind, status);
    this.close(key, event, status);
  }

  modelCall(event: SessionEvent): void {
    const turn = this.turns.of(event);
    if (turn) this.turns.countModelCall(turn, event);
    const failed = errorText(event.data["error"]) !== null;
    const durationMs = durationOf(null, event);
    this.push(event, "model", turn, { status: failed ? "error" : "ok", minor: !failed, durationMs });
  }

  turnEnd(event: SessionEvent): void {
    const turn = this.turns.of(event);
    const isMain = textOf(event.data["agentId"]) === null;
    if (turn && isMain) this.turns.end(turn, event);
    const status = spanStatus(event);
    this.push(event, "turn", turn, { status, minor: status === "ok" || !isMain });
  }

  private agentSpawned(event: SessionEvent): void {
    const subject = this.agents.spawned(event);
    this.spans.begin("agent", event, keyOf(event));
    const agentId = textOf(event.data["agentId"]);
    this.plain(event, "agent", { subject, status: this.openStatus(), ...this.agents.place(agentId) });
  }

  /** Told twice: the agent's own item has its outcome, and one where it ended has its result. */
  private agentCompleted(event: SessionEvent): void {
    const agentId = textOf(event.data["agentId"]);
    if (agentId !== null && this.completeEnd(agentId, event)) return;
    const status: ItemStatus = event.data["status"] === "failed" ? "error" : "ok";
    const key = this.spans.end("agent", event);
    if (agentId !== null) this.spans.noteAgentEnd(agentId, { spawn: key, end: keyOf(event) });
    const begin = key === null ? null : (this.get(key)?.begin ?? null);
    if (key !== null) this.close(key, event, status);
    const durationMs = begin ? durationOf(begin, event) : null;
    const subject = this.agents.typeOf(agentId);
    this.plain(event, "agent", { begin, end: event, status, durationMs, subject, ...this.agents.place(agentId) });
  }

  /** A source that knows more tells of the same end again: what it adds belongs to what is there. */
  private completeEnd(agentId: string, event: SessionEvent): boolean {
    const known = this.spans.agentEndOf(agentId);
    const before = known ? this.get(known.end)?.end : null;
    if (!known || !before || contradicts(before, event)) return false;
    const end = { ...before, data: { ...before.data, ...event.data } };
    for (const key of [known.spawn, known.end]) if (key !== null) this.change(key, { end, lastSeq: event.seq });
    return true;
  }

  /** What has no end by now gets none. */
  private finalized(event: SessionEvent): void {
    const status = event.data["status"];
    const failed = status === "failed" || status === "failure" || status === "error";
    this.plain(event, "session", { status: failed ? "error" : status === "cancelled" ? "interrupted" : "ok" });
    this.turns.endAll();
    for (const key of this.spans.takeOpen()) {
      if (this.get(key)?.status === "running") this.change(key, { status: "unknown" });
    }
  }

  private count(event: SessionEvent, change: (stats: Turn["stats"]) => void): void {
    const turn = this.turns.of(event);
    if (turn) this.turns.count(turn, event, change);
  }

  private openStatus(): ItemStatus {
    return this.options.toHead ? "running" : "unknown";
  }

  /** An end whose beginning is not among the events. */
  private lateEnd(event: SessionEvent, kind: FeedKind, status: ItemStatus): void {
    this.plain(event, kind, { begin: null, end: event, status, durationMs: durationOf(null, event) });
  }

  private close(key: string, event: SessionEvent, status: ItemStatus): void {
    const turn = this.turns.of(event);
    if (turn) this.turns.touch(turn, event);
    const before = this.get(key);
    const durationMs = durationOf(before?.begin ?? null, event, before?.end);
    this.change(key, { end: event, status, lastSeq: event.seq, durationMs });
  }

  private push(event: SessionEvent, kind: FeedKind, turn: Turn | null, more: Partial<FeedItem>): void {
    const agentId = textOf(event.data["agentId"]);
    const key = keyOf(event);
    this.indexes.set(key, this.list.length);
    this.list.push({
      key,
      kind,
      seq: event.seq,
      lastSeq: event.seq,
      at: timeOf(event),
      status: "none",
      durationMs: null,
      turn: turn?.key ?? null,
      agentId,
      depth: this.agents.depthOf(agentId),
      minor: false,
      begin: event,
      end: null,
      subject: null,
      draft: null,
      stats: null,
      ...more,
    });
  }

  private get(key: string): FeedItem | undefined {
    const index = this.indexes.get(key);
    return index === undefined ? undefined : this.list[index];
  }

  private change(key: string, change: Partial<FeedItem>): void {
    const index = this.indexes.get(key);
    if (index !== undefined) this.list[index] = { ...this.list[index]!, ...change };
  }
}

interface RecordRule {
  on: SessionEvent["type"];
  take(builder: FeedBuilder, event: SessionEvent): void;
}

const action = (take: RecordRule["take"]): RecordRule => ({ on: "action", take });
const response = (take: RecordRule["take"]): RecordRule => ({ on: "response", take });
const toolCall = action((builder, event) => builder.toolCall(event));
const lifecycle = action((builder, event) => builder.plain(event, "session"));

const records: Record<string, RecordRule> = {
  user_prompt: action((builder, event) => builder.prompt(event)),
  tool_call: toolCall,
  bash_exec: toolCall,
  file_write: toolCall,
  file_edit: toolCall,
  mcp_call: toolCall,
  task_spawn: toolCall,
  wait_started: action((builder, event) => builder.begin("wait", event)),
  step_start: action((builder, event) => builder.begin("step", event)),
  agent_started: lifecycle,
  agent_resumed: lifecycle,
  agent_ended: lifecycle,
  compaction: lifecycle,
  model_switch: lifecycle,
  notification: action((builder, event) => builder.plain(event, "note")),
  agent_event: action((builder, event) => builder.plain(event, "other", { minor: true })),
  tool_result: response((builder, event) => builder.toolResult(event)),
  assistant_message: response((builder, event) => builder.message(event)),
  message_delta: response((builder, event) => builder.delta(event)),
  thinking: response((builder, event) => builder.plain(event, "thinking")),
  model_call: response((builder, event) => builder.modelCall(event)),
  turn_end: response((builder, event) => builder.turnEnd(event)),
  wait_ended: response((builder, event) => builder.end("wait", event)),
  step_end: response((builder, event) => builder.end("step", event)),
};

function keyOf({ seq }: SessionEvent): string {
  return `e${seq}`;
}
