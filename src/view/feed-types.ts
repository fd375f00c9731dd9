import type { Tokens } from "../core/activity.js";
import type { SessionEvent } from "../core/event.js";

export const feedKinds = [
  "session", // created, finalized, started, resumed, ended, compaction, model switch
  "prompt",
  "message",
  "thinking",
  "tool",
  "model",
  "step",
  "wait",
  "agent",
  "goal",
  "state",
  "metadata",
  "turn", // a turn's end, where it says more than "done"
  "note", // notifications
  "other", // records that the vocabulary has no word for
] as const;
export type FeedKind = (typeof feedKinds)[number];

/**
 * `running`: its end was not told of yet. `unknown`: its end, if there was one, lies outside what is
 * loaded. `none`: it is no span and has no outcome.
 */
export const itemStatuses = [
  "none", "running", "unknown", "ok", "error", "denied", "rejected", "interrupted", "lost",
] as const; // prettier-ignore
export type ItemStatus = (typeof itemStatuses)[number];

/** One thing that happened, as a person would tell it: a tool call with its result is one item. */
export interface FeedItem {
  /** Stays the same while the item grows. */
  key: string;
  kind: FeedKind;
  /** Of the first event of it. */
  seq: number;
  /** Of the newest event that belongs to it. */
  lastSeq: number;
  /** When it began (of a result without its call: ended); epoch milliseconds. */
  at: number;
  status: ItemStatus;
  /** As the agent measured it, else from the timestamps; null while it is not known. */
  durationMs: number | null;
  /** The turn that it is part of: the key of the prompt's item, where that is loaded. */
  turn: string | null;
  /** Null for the main agent. */
  agentId: string | null;
  /** How deep the agent is nested: 0 for the main one. */
  depth: number;
  /** Small print that a person rarely asks for: model calls, liveness, bookkeeping. */
  minor: boolean;
  /** The event that it began with; null for a result whose call lies outside what is loaded. */
  begin: SessionEvent | null;
  /** The event that ended it (the newest correction). */
  end: SessionEvent | null;
  /** What it is about where its own event names that by id alone: a goal's description, an agent's type. */
  subject: string | null;
  /** A message that is still being written: what came so far. */
  draft: string | null;
  /** Of a prompt: what it set off. */
  stats: TurnStats | null;
}

/** What a prompt set off, as far as it is loaded. */
export interface TurnStats {
  status: "running" | "ok" | "error" | "interrupted" | "unknown";
  /** From the prompt to the end of the turn, or to its newest event. */
  durationMs: number;
  tools: number;
  failedTools: number;
  modelCalls: number;
  messages: number;
  tokens: Tokens;
  /** US dollars. */
  cost: number;
}

/** An item in words. Everything in it is safe to print: nothing in it steers a terminal. */
export interface ItemText {
  /** What kind of thing, in a word or two: `Bash`, `prompt`, `goal`, an MCP tool's name, … */
  label: string;
  /** What it says, on one line. */
  text: string;
  /** What came of it, on one line: the error's message, the first line of a result; "" where nothing. */
  outcome: string;
}
