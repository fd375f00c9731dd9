import type { NewEvent } from "../../core/event.js";
import type { JsonObject } from "../../core/json.js";
import { claudeCodeAgentHooks } from "./claude-code-agents.js";
import { beginSession, claudeCodeSessionHooks } from "./claude-code-session.js";
import { claudeCodeToolHooks } from "./claude-code-tools.js";
import { claudeCodeTurnHooks } from "./claude-code-turns.js";
import { mapHook } from "./claude-code.js";
import { restOf, type HookHandler, type HookReport } from "./hook-report.js";
import type { Known } from "./ingest.js";
import { promptAt } from "./tellers.js";
import { textOf } from "./telling/input.js";
import { beginTurn, endTurn } from "./telling/messages.js";
import { beginTelling, endTelling, other, present, type Telling } from "./telling/telling.js";

const interrupted: HookHandler = (telling, input) => {
  endTurn(telling, { status: "interrupted", extra: restOf(input, "model") });
  telling.work = "idle";
};

const handlers: Record<string, HookHandler> = {
  ...claudeCodeSessionHooks,
  ...claudeCodeTurnHooks,
  ...claudeCodeToolHooks,
  ...claudeCodeAgentHooks,
  Interrupt: interrupted,
  UserInterrupt: interrupted,
};

/**
 * The events that one hook input of Codex makes, or one `notify` of it. The hooks are those of
 * Claude Code with `turn_id` and `model`. Takes any object, as `mapClaudeCode` does.
 *
 * @see https://developers.openai.com/codex/hooks
 */
export function mapCodex(known: Known, report: HookReport): NewEvent[] {
  if (isNotify(report.input)) return mapNotify(known, report);
  return mapHook(known, report, turnOf(known, report), handlers);
}

/** The turn as the hooks name it, unless telemetry told its prompt first, under a name of its own. */
function turnOf({ story }: Known, { input, timestamp }: HookReport): string | undefined {
  const turn = textOf(input["turn_id"]);
  if (turn === undefined || story.turns.includes(turn) || input["hook_event_name"] === "UserPromptSubmit") return turn;
  return promptAt(story.prompts, Date.parse(timestamp ?? ""), "hooks")?.turn ?? turn;
}

/** The program that `notify` names is handed an object of another make than the hooks. */
function isNotify(input: JsonObject): boolean {
  return input["hook_event_name"] === undefined && typeof input["type"] === "string";
}

/** The thread is what the hooks call the session. */
export function codexSessionOf(input: JsonObject): string | undefined {
  return textOf(input["session_id"]) ?? textOf(input["thread-id"]);
}

/** A whole turn at its end; nothing where the hooks told of it. */
function mapNotify(known: Known, report: HookReport): NewEvent[] {
  const { input } = report;
  const turn = textOf(input["turn-id"]);
  const telling = beginTelling(known, {
    source: report.source,
    turn,
    timestamp: report.timestamp,
    process: report.process,
  });
  beginSession(telling, report, "notify");
  if (input["type"] === "agent-turn-complete") tellTurn(telling, input);
  else other(telling, String(input["type"]), restOf(input, "type", "thread-id", "turn-id"));
  return endTelling(telling);
}

function tellTurn(telling: Telling, input: JsonObject): void {
  const { turn, story } = telling;
  const prompts = Array.isArray(input["input-messages"]) ? input["input-messages"] : [];
  const text = prompts.filter((prompt) => typeof prompt === "string").join("\n");
  const isPast = turn !== undefined && story.turn !== turn && story.turns.includes(turn);
  // Another turn has begun since: of this one nothing is left to tell.
  if (isPast) return;
  const extra = { from: "notify", ...present({ client: textOf(input["client"]) }) };
  beginTurn(telling, { text, from: "person", extra });
  endTurn(telling, { status: "ok", message: textOf(input["last-assistant-message"]) });
  telling.work = "idle";
}
