import type { AssistantMessage, MessageDelta, TurnEnd, UserPrompt } from "../../../core/activity.js";
import type { JsonObject } from "../../../core/json.js";
import { bare, type Draft } from "../story.js";
import { closeCalls } from "./calls.js";
import { eventIdFor } from "./input.js";
import { response, action, type Telling } from "./telling.js";
import { endWaits } from "./waits.js";

/** A turn begins: whatever was open of the last one is over. */
export function beginTurn(telling: Telling, prompt: { text: string; from?: string; extra?: JsonObject }): void {
  const { turn, story } = telling;
  if (turn !== undefined && story.turns.includes(turn)) return;
  interruptTurn(telling, "The next prompt came before its result.");
  endWaits(telling, ({ agentId }) => agentId === undefined, "answered");
  const eventId = turn === undefined ? undefined : eventIdFor("prompt", turn);
  action<UserPrompt>(telling, { type: "user_prompt", ...prompt }, eventId);
  telling.work = "running";
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
  const isRepeat = telling.story.ended && telling.story.turn === telling.turn && isSaid(telling, message);
  if (isRepeat) return;
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
  if (message.text === "") return;
  response<AssistantMessage>(
    telling,
    { type: "assistant_message", ...message },
    eventIdFor("message", message.messageId),
  );
}

function joined(pieces: Draft["pieces"]): string {
  return pieces
    .toSorted((a, b) => a.index - b.index)
    .map(({ text }) => text)
    .join("");
}
