import type { AssistantMessage, MessageDelta, TurnEnd, UserPrompt } from "../../../core/activity.js";
import type { JsonObject } from "../../../core/json.js";
import { messageKey, type Draft } from "../story.js";
import { bare, isRedacted, promptKey, samePrompt, tellerOf } from "../tellers.js";
import { closeCalls } from "./calls.js";
import { eventIdFor } from "./input.js";
import { response, action, type Telling } from "./telling.js";
import { endWaits } from "./waits.js";

/** A turn begins: whatever was open of the last one is over. */
export function beginTurn(telling: Telling, prompt: { text: string; from?: string; extra?: JsonObject }): void {
  if (isPromptTold(telling, prompt)) return;
  const { turn, story } = telling;
  if (!isAtWork(telling)) interruptTurn(telling, "The next prompt came before its result.");
  endWaits(telling, ({ agentId }) => agentId === undefined, "answered");
  // Telemetry may have told the prompt without its text; this is the correction.
  const id = turn !== undefined && story.turns.includes(turn) ? `${turn}#2` : turn;
  const eventId = id === undefined ? undefined : eventIdFor("prompt", id);
  action<UserPrompt>(telling, { type: "user_prompt", ...prompt }, eventId);
  telling.work = "running";
}

/** Telemetry told of this turn, without the prompt's text or only calls, before its prompt came. */
function isAtWork({ turn, story }: Telling): boolean {
  if (turn === undefined) return false;
  return turn === story.turn || [...story.open, ...story.calls].some((call) => call.turn === turn);
}

/** The prompt is known; where another source told it, its turn is the one that goes on. */
function isPromptTold(telling: Telling, { text, extra = {} }: { text: string; extra?: JsonObject }): boolean {
  const { turn, story, timestamp } = telling;
  if (turn !== undefined && story.turns.includes(turn)) {
    const told = story.prompts.findLast((prompt) => prompt.turn === turn);
    return told?.redacted !== true || isRedacted(text);
  }
  const asked = { key: promptKey(text), at: Date.parse(timestamp ?? ""), from: tellerOf({ extra }) };
  const told = samePrompt(story.prompts, asked);
  if (told?.from !== "telemetry") return false;
  telling.turn = told.turn;
  telling.work = "running";
  return true;
}

/** Ends the main agent's turn where nothing told of its end: its open calls were stopped. */
export function interruptTurn(telling: Telling, reason: string): void {
  const { story } = telling;
  closeCalls(telling, ({ agentId }) => agentId === undefined, "interrupted", reason);
  completeDrafts(telling);
  if (!story.ended) {
    response<TurnEnd>(telling, { type: "turn_end", status: "interrupted", turn: story.turn, agentId: undefined });
  }
}

interface Ending {
  status: TurnEnd["status"];
  message?: string;
  error?: TurnEnd["error"];
  extra?: JsonObject;
}

/** The agent told of the end of its turn. A repeated report of it is passed over. */
export function endTurn(telling: Telling, { status, message, error, extra }: Ending): void {
  if (isEndKnown(telling, status, message)) return;
  closeCalls(
    telling,
    ({ agentId }) => agentId === undefined,
    status === "interrupted" ? "interrupted" : "lost",
    status === "interrupted" ? "The turn was interrupted." : "The turn ended, and no result was told.",
  );
  endWaits(telling, ({ agentId }) => agentId === undefined, "gone");
  completeDrafts(telling);
  if (message !== undefined) say(telling, { text: message });
  const failure = error === undefined ? {} : { error };
  response<TurnEnd>(telling, { type: "turn_end", status, ...failure, extra });
  if (status !== "interrupted") correctCancelled(telling, status);
}

/** The session's end overtook that of its turn, and was taken for a process stopped amid its work. */
function correctCancelled({ session, over, turn, story, metadata }: Telling, status: "ok" | "error"): void {
  if (!over || session?.metadata.status !== "cancelled" || turn !== story.turn) return;
  metadata["status"] = status === "error" ? "failed" : "completed";
}

/** The turn's end is told again, or comes late: a transcript told of it, and of what came after. */
function isEndKnown(telling: Telling, status: TurnEnd["status"], message: string | undefined): boolean {
  const { story, turn } = telling;
  if (turn !== story.turn) return turn !== undefined && story.ends.includes(turn);
  // An interruption is concluded from what came after; the agent's own word on the end outranks that.
  const isPresumed = story.outcome === "interrupted" && status !== "interrupted";
  return story.ended && !isPresumed && isSaid(telling, message);
}

/** The text, unless it was told in this turn: what was said last ends with it. */
function say(telling: Telling, message: { text: string; extra?: JsonObject }): void {
  if (isSaid(telling, message.text)) return;
  response<AssistantMessage>(telling, { type: "assistant_message", ...message });
}

function isSaid({ story }: Telling, text: string | undefined): boolean {
  return text === undefined || story.said.endsWith(bare(text));
}

export interface Piece {
  messageId: string;
  index: number;
  text: string;
  final: boolean;
  extra?: JsonObject;
}

/** A piece of a message; with the final one the message is told as a whole. */
export function addPiece(telling: Telling, { messageId, index, text, final, extra }: Piece): void {
  const draft = telling.story.drafts.find((known) => known.messageId === messageId);
  if (!final) {
    const eventId = eventIdFor("message-delta", `${messageId}:${index}`);
    response<MessageDelta>(telling, { type: "message_delta", messageId, index, text, extra }, eventId);
    return;
  }
  const pieces = [...(draft?.pieces ?? []), { index, text }];
  complete(telling, { messageId, text: joined(pieces), extra });
}

/** Messages whose last piece never came are told as far as they came. */
export function completeDrafts(telling: Telling): void {
  for (const { messageId, pieces, agentId, turn } of telling.story.drafts) {
    complete(telling, { messageId, text: joined(pieces), agentId, turn, extra: { incomplete: true } });
  }
}

type Whole = { messageId: string; text: string; agentId?: string; turn?: string; extra?: JsonObject };

function complete(telling: Telling, message: Whole): void {
  if (message.text === "" || isToldElsewhere(telling, message)) return;
  response<AssistantMessage>(
    telling,
    { type: "assistant_message", ...message },
    eventIdFor("message", message.messageId),
  );
}

/** Another source, which does not know the message by this id, has told it. */
function isToldElsewhere({ story, ...place }: Telling, message: Whole): boolean {
  const { turn, agentId } = { ...place, ...message };
  return story.messages.includes(messageKey(turn, agentId, message.text));
}

function joined(pieces: Draft["pieces"]): string {
  return pieces
    .toSorted((a, b) => a.index - b.index)
    .map(({ text }) => text)
    .join("");
}
