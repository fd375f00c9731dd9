import { toolCallTypes, waitKinds, type WaitKind } from "../../core/activity.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.js";
import {
  bare,
  inputKey,
  toldCall,
  toldPrompt,
  toldStart,
  type ToldCall,
  type ToldPrompt,
  type ToldStart,
} from "./tellers.js";

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
  /** The newest turns whose end was told. */
  ends: readonly string[];
  /** The newest prompts, and how they were told. */
  prompts: readonly ToldPrompt[];
  /** Tool calls without a result, oldest first. */
  open: readonly OpenCall[];
  /** The newest tool calls whose result was told, and not only presumed. */
  closed: readonly string[];
  /** The newest tool calls whose result was told, as other sources may tell of them. */
  calls: readonly ToldCall[];
  /** The newest starts of the agent. */
  starts: readonly ToldStart[];
  /** The newest of those whose result was told to be well, and nothing of what it was. */
  results: readonly string[];
  /** What the agent waits for, oldest first. */
  waits: readonly Wait[];
  /** What the main agent said in this turn, without white space, the newest part of it. */
  said: string;
  /** The newest messages of which it is not known how a hook would name them. */
  messages: readonly string[];
  /** Messages that came in pieces and are not complete. */
  drafts: readonly Draft[];
  /** What set off a compaction that is under way. */
  compacting: string | undefined;
  /** The newest turns in which a transcript told of a compaction. */
  compacted: readonly string[];
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
  /** When and by whom it was told. */
  told: ToldStart;
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

const most = {
  turns: 64,
  prompts: 64,
  calls: 256,
  starts: 16,
  results: 256,
  open: 512,
  closed: 1024,
  messages: 256,
  waits: 64,
  drafts: 16,
  said: 65_536,
  text: 300,
};

export function emptyStory(): Story {
  return {
    seq: 0,
    turn: undefined,
    ended: true,
    outcome: undefined,
    turns: [],
    ends: [],
    prompts: [],
    open: [],
    closed: [],
    calls: [],
    starts: [],
    results: [],
    waits: [],
    said: "",
    messages: [],
    drafts: [],
    compacting: undefined,
    compacted: [],
    last: "",
  };
}

/** Tells the same message of an agent in a turn from different ones. */
export function messageKey(turn: string | undefined, agentId: string | undefined, text: string): string {
  return inputKey([turn ?? "", agentId ?? "", bare(text)]);
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
  turn_end: ended,
  wait_started: waited,
  wait_ended: waitOver,
  compaction: compacted,
  agent_started: started,
  agent_resumed: started,
  agent_event: (story, record) =>
    record["name"] === "PreCompact" ? { ...story, compacting: text(record["reason"]) ?? "" } : story,
};

function prompted(story: Story, record: StoryRecord): Story {
  const turn = text(record["turn"]);
  const turns = turn === undefined ? story.turns : newest(story.turns, turn, most.turns);
  const prompts = newest(story.prompts, toldPrompt(record), most.prompts);
  return { ...story, turn, turns, prompts, ended: false, said: "" };
}

function started(story: Story, record: StoryRecord): Story {
  return { ...story, starts: newest(story.starts, toldStart(record), most.starts) };
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
    told: toldStart(record),
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
  const call = story.open.find((one) => one.toolCallId === toolCallId);
  const calls = call && isKnown ? newest(story.calls, toldCall(call, record), most.calls) : story.calls;
  const isBare = isKnown && record["status"] === "ok" && record["result"] === undefined;
  const results = isBare
    ? newest(story.results, toolCallId, most.results)
    : story.results.filter((id) => id !== toolCallId);
  return {
    ...story,
    open,
    calls,
    results,
    closed: isKnown ? newest(story.closed, toolCallId, most.closed) : story.closed,
  };
}

function ended(story: Story, record: StoryRecord): Story {
  const turn = text(record["turn"]);
  const ends = turn === undefined ? story.ends : newest(story.ends, turn, most.turns);
  return { ...story, ends, ended: true, outcome: text(record["status"]) };
}

function compacted(story: Story, record: StoryRecord): Story {
  const turn = isOfTranscript(record) ? text(record["turn"]) : undefined;
  const known = turn === undefined ? story.compacted : newest(story.compacted, turn, most.turns);
  return { ...story, compacting: undefined, compacted: known };
}

function isOfTranscript({ extra }: StoryRecord): boolean {
  return isJsonObject(extra) && extra["from"] === "transcript";
}

function said(story: Story, record: StoryRecord): Story {
  const messageId = text(record["messageId"]);
  const agentId = text(record["agentId"]);
  const whole = text(record["text"]) ?? "";
  const drafts = story.drafts.filter((draft) => draft.messageId !== messageId);
  const key = messageId === undefined ? messageKey(text(record["turn"]), agentId, whole) : undefined;
  const messages = key === undefined ? story.messages : newest(story.messages, key, most.messages);
  if (agentId !== undefined) return { ...story, drafts, messages };
  return { ...story, drafts, messages, said: (story.said + bare(whole)).slice(-most.said) };
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
