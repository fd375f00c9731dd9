import { createHash } from "node:crypto";
import { toolCallTypes, waitKinds, type WaitKind } from "../../core/activity.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.js";

/**
 * What an agent has told so far, as far as the next report depends on it: the fold of a session's
 * actions and responses. Every part is bounded; what falls out is treated as never told.
 */
export interface Story {
  /** The last event of the session that is taken into account. */
  seq: number;
  /** Of the latest prompt. */
  turn: string | undefined;
  /** Whether nothing is at work on the latest prompt. */
  ended: boolean;
  /** How the last turn that ended did: `ok`, `error`, `interrupted`. */
  outcome: string | undefined;
  /** The newest turns that prompts began. */
  turns: readonly string[];
  /** Tool calls without a result, oldest first. */
  open: readonly OpenCall[];
  /** The newest tool calls whose result was told, and not only presumed. */
  closed: readonly string[];
  /** What the agent waits for, oldest first. */
  waits: readonly Wait[];
  /** What the main agent said in this turn, without white space, the newest part of it. */
  said: string;
  /** Messages that came in pieces and are not complete. */
  drafts: readonly Draft[];
  /** What set off a compaction that is under way. */
  compacting: string | undefined;
  /** The type of the newest record that tells of work, and its reason. */
  last: string;
}

export interface OpenCall {
  toolCallId: string;
  tool: string;
  type: string;
  inputKey: string;
  agentId: string | undefined;
  turn: string | undefined;
  /** For a `task_spawn`: which kind of agent is to do what. */
  subagent: string | undefined;
  task: string | undefined;
}

export interface Wait {
  kind: WaitKind;
  message: string;
  tool: string | undefined;
  input: JsonValue | undefined;
  toolCallId: string | undefined;
  agentId: string | undefined;
  turn: string | undefined;
  approvalId: string | undefined;
}

export interface Draft {
  messageId: string;
  agentId: string | undefined;
  turn: string | undefined;
  pieces: readonly { index: number; text: string }[];
}

/** What a story reads of an action or a response. */
export type StoryRecord = JsonObject;

const most = { turns: 64, open: 512, closed: 1024, waits: 64, drafts: 16, said: 65_536, text: 300 };

export function emptyStory(): Story {
  return {
    seq: 0,
    turn: undefined,
    ended: true,
    outcome: undefined,
    turns: [],
    open: [],
    closed: [],
    waits: [],
    said: "",
    drafts: [],
    compacting: undefined,
    last: "",
  };
}

/** Tells the same inputs from different ones, in a few characters. */
export function inputKey(input: JsonValue | undefined): string {
  return createHash("sha256")
    .update(JSON.stringify(input) ?? "")
    .digest("base64url")
    .slice(0, 16);
}

/** A text without what two sources may set differently. */
export function bare(text: string): string {
  return text.replaceAll(/\s+/g, "");
}

const callTypes: ReadonlySet<string> = new Set(toolCallTypes);
/** Records that other sources or late hooks put between two reports of work. */
const asides: ReadonlySet<string> = new Set(["agent_event", "notification", "message_delta", "model_call"]);

/** The story after one more action or response; a record of any other shape leaves it as it is. */
export function tell(story: Story, record: StoryRecord): Story {
  const type = text(record["type"]) ?? "";
  const told = asides.has(type) ? story : { ...story, last: `${type}:${text(record["reason"]) ?? ""}` };
  if (callTypes.has(type)) return began(told, record, type);
  const fold = Object.hasOwn(folds, type) ? folds[type] : undefined;
  return fold ? fold(told, record) : told;
}

const folds: Record<string, (story: Story, record: StoryRecord) => Story> = {
  user_prompt: prompted,
  tool_result: resulted,
  assistant_message: said,
  message_delta: drafted,
  turn_end: (story, record) => ({ ...story, ended: true, outcome: text(record["status"]) }),
  wait_started: waited,
  wait_ended: waitOver,
  compaction: (story) => ({ ...story, compacting: undefined }),
  agent_event: (story, record) =>
    record["name"] === "PreCompact" ? { ...story, compacting: text(record["reason"]) ?? "" } : story,
};

function prompted(story: Story, record: StoryRecord): Story {
  const turn = text(record["turn"]);
  const turns = turn === undefined ? story.turns : newest(story.turns, turn, most.turns);
  return { ...story, turn, turns, ended: false, said: "" };
}

function began(story: Story, record: StoryRecord, type: string): Story {
  const toolCallId = text(record["toolCallId"]);
  if (toolCallId === undefined || story.closed.includes(toolCallId)) return story;
  const input = record["input"];
  const fields = isJsonObject(input) ? input : {};
  const call: OpenCall = {
    toolCallId,
    tool: text(record["tool"]) ?? "",
    type,
    inputKey: inputKey(input),
    agentId: text(record["agentId"]),
    turn: text(record["turn"]),
    subagent: type === "task_spawn" ? text(fields["subagent_type"])?.slice(0, most.text) : undefined,
    task: type === "task_spawn" ? text(fields["description"])?.slice(0, most.text) : undefined,
  };
  const open = newest(
    story.open.filter((other) => other.toolCallId !== toolCallId),
    call,
    most.open,
  );
  return { ...story, open, ended: call.agentId === undefined ? false : story.ended };
}

function resulted(story: Story, record: StoryRecord): Story {
  const toolCallId = text(record["toolCallId"]);
  if (toolCallId === undefined) return story;
  const open = story.open.filter((call) => call.toolCallId !== toolCallId);
  const isKnown = record["presumed"] !== true;
  return { ...story, open, closed: isKnown ? newest(story.closed, toolCallId, most.closed) : story.closed };
}

function said(story: Story, record: StoryRecord): Story {
  const messageId = text(record["messageId"]);
  const drafts = story.drafts.filter((draft) => draft.messageId !== messageId);
  if (record["agentId"] !== undefined) return { ...story, drafts };
  return { ...story, drafts, said: (story.said + bare(text(record["text"]) ?? "")).slice(-most.said) };
}

function drafted(story: Story, record: StoryRecord): Story {
  const { messageId, index, text: piece } = record;
  if (typeof messageId !== "string" || typeof index !== "number" || typeof piece !== "string") return story;
  const draft = story.drafts.find((known) => known.messageId === messageId);
  const pieces = [...(draft?.pieces ?? []).filter((known) => known.index !== index), { index, text: piece }];
  const made: Draft = { messageId, agentId: text(record["agentId"]), turn: text(record["turn"]), pieces };
  const others = story.drafts.filter((known) => known !== draft);
  return { ...story, drafts: newest(others, made, most.drafts) };
}

function waited(story: Story, record: StoryRecord): Story {
  const wait: Wait = {
    kind: waitKinds.find((kind) => kind === record["kind"]) ?? "prompt",
    message: text(record["message"]) ?? "",
    tool: text(record["tool"]),
    input: brief(record["input"]),
    toolCallId: text(record["toolCallId"]),
    agentId: text(record["agentId"]),
    turn: text(record["turn"]),
    approvalId: text(record["approvalId"]),
  };
  return { ...story, waits: newest(story.waits, wait, most.waits) };
}

/** Ends one wait: the one it names by its call or approval, else the oldest of its kind. */
function waitOver(story: Story, record: StoryRecord): Story {
  const { kind, toolCallId, approvalId } = record;
  const ofKind = story.waits.filter((wait) => wait.kind === kind);
  const over =
    ofKind.find((wait) => wait.toolCallId === toolCallId && wait.approvalId === approvalId) ??
    ofKind.find((wait) => toolCallId !== undefined && wait.toolCallId === toolCallId) ??
    ofKind[0];
  return { ...story, waits: story.waits.filter((wait) => wait !== over) };
}

const longestBrief = 2000;

/** An input as a list of sessions can show it: whole where it is small, else its beginning as text. */
function brief(input: JsonValue | undefined): JsonValue | undefined {
  if (input === undefined) return undefined;
  const whole = JSON.stringify(input);
  return whole.length <= longestBrief ? input : `${whole.slice(0, longestBrief)}…`;
}

function newest<T>(list: readonly T[], item: T, limit: number): readonly T[] {
  const rest = list.filter((other) => other !== item);
  return rest.length < limit ? [...rest, item] : [...rest.slice(rest.length - limit + 1), item];
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
