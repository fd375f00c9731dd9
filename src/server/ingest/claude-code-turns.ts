import type { Lifecycle } from "../../core/activity.js";
import type { JsonObject } from "../../core/json.js";
import { restOf, type HookHandler } from "./hook-report.js";
import { endAgent } from "./telling/agents.js";
import { numberOf, objectsOf, textOf } from "./telling/input.js";
import { addPiece, beginTurn, endTurn, interruptTurn } from "./telling/messages.js";
import { action, other, present, type Telling } from "./telling/telling.js";
import { beginWait, endWaits } from "./telling/waits.js";

/** What a person and the main agent say to each other, and when one waits for the other. */
export const claudeCodeTurnHooks: Record<string, HookHandler> = {
  UserPromptSubmit: takePrompt,
  MessageDisplay: showMessage,
  Stop: (telling, input) => {
    const told = restOf(input, "last_assistant_message", "background_tasks", "session_crons", "stop_hook_active");
    const extra = { ...told, ...filled(input, "background_tasks", "session_crons"), ...hookActive(input) };
    endTurn(telling, { status: "ok", message: textOf(input["last_assistant_message"]), extra });
    telling.work = isBusy(input) ? "running" : "idle";
  },
  StopFailure: (telling, input) => {
    const message = textOf(input["last_assistant_message"]);
    const type = textOf(input["error"]);
    const error = {
      message: textOf(input["error_details"]) ?? message ?? type ?? "The turn failed.",
      ...present({ type }),
    };
    endTurn(telling, { status: "error", message, error, extra: restOf(input, "last_assistant_message", "error") });
    telling.work = "idle";
  },
  Notification: notify,
  Elicitation: (telling, input) => {
    const message = textOf(input["message"]) ?? "An MCP server asks for input.";
    const tool = textOf(input["mcp_server_name"]);
    const toolCallId = textOf(input["elicitation_id"]);
    beginWait(telling, { kind: "answer", message, tool, toolCallId, extra: restOf(input, "message") });
  },
  ElicitationResult: (telling, input) => {
    const id = textOf(input["elicitation_id"]);
    const outcome = input["action"] === "accept" ? "answered" : input["action"] === "decline" ? "denied" : "gone";
    endWaits(telling, ({ kind, toolCallId }) => kind === "answer" && toolCallId === id, outcome);
    other(telling, "ElicitationResult", restOf(input));
  },
};

function takePrompt(telling: Telling, input: JsonObject): void {
  const prompt = typeof input["prompt"] === "string" ? input["prompt"] : "";
  const from = authorOf(prompt, textOf(input["source"]));
  beginTurn(telling, { text: prompt, from, extra: restOf(input, "prompt", "session_title") });
  if (from === "task_notification") takeNotification(telling, prompt);
}

/** Who is behind a prompt, by its own word, else by how the text begins. */
export function authorOf(prompt: string, source: string | undefined): string {
  if (prompt.startsWith("<task-notification>")) return "task_notification";
  if (source === "user" || source === "sdk") return "person";
  return source ?? "person";
}

/** A background agent that ended is told of in a prompt as well; its own hooks may have been missed. */
export function takeNotification(telling: Telling, prompt: string): void {
  const id = tagged(prompt, "task-id");
  if (id === undefined || telling.agents.get(id)?.["status"] !== "active") return;
  endAgent(telling, id, { failed: tagged(prompt, "status") !== "completed", result: tagged(prompt, "result") });
}

function tagged(text: string, tag: string): string | undefined {
  const start = text.indexOf(`<${tag}>`);
  const end = text.indexOf(`</${tag}>`, start);
  return start === -1 || end === -1 ? undefined : text.slice(start + tag.length + 2, end);
}

function showMessage(telling: Telling, input: JsonObject): void {
  const messageId = textOf(input["message_id"]);
  const text = typeof input["delta"] === "string" ? input["delta"] : undefined;
  if (messageId === undefined || text === undefined) return other(telling, "MessageDisplay", restOf(input));
  const extra = restOf(input, "message_id", "index", "final", "delta");
  const index = numberOf(input["index"]) ?? 0;
  addPiece(telling, { messageId, index, text, final: input["final"] !== false, extra });
}

/** Work in the background goes on beyond the turn, and wakes the agent when it is done. */
function isBusy(input: JsonObject): boolean {
  return objectsOf(input["background_tasks"]).some(({ status }) => status === "running" || status === "pending");
}

function filled(input: JsonObject, ...names: string[]): JsonObject {
  return Object.fromEntries(names.flatMap((name) => (objectsOf(input[name]).length > 0 ? [[name, input[name]!]] : [])));
}

function hookActive(input: JsonObject): JsonObject {
  return input["stop_hook_active"] === true ? { stop_hook_active: true } : {};
}

function notify(telling: Telling, input: JsonObject): void {
  const message = textOf(input["message"]) ?? "";
  const type = textOf(input["notification_type"]);
  const extra = restOf(input, "message");
  const kind = waitOf(type, message);
  const asked = telling.story.waits.some((wait) => wait.kind !== "prompt");
  if (kind === undefined || (kind !== "prompt" && asked)) {
    action<Lifecycle>(telling, {
      type: "notification",
      message,
      reason: type,
      extra: restOf(input, "message", "notification_type"),
    });
    return;
  }
  if (kind === "prompt") {
    // The agent is idle: what it was at was broken off, which no hook tells of.
    interruptTurn(telling, "The agent went idle before its result.");
    telling.work = "idle";
    return beginWait(telling, { kind, message, extra });
  }
  const call = kind === "permission" ? telling.story.open.at(-1) : undefined;
  beginWait(telling, { kind, message, tool: call?.tool, toolCallId: call?.toolCallId, agentId: call?.agentId, extra });
}

/** What a notification says the agent waits for; older releases say it in words alone. */
function waitOf(type: string | undefined, message: string): "permission" | "prompt" | "answer" | undefined {
  if (type === "permission_prompt") return "permission";
  if (type === "idle_prompt") return "prompt";
  if (type === "elicitation_dialog") return "answer";
  if (type !== undefined) return undefined;
  if (/needs your permission/i.test(message)) return "permission";
  return /waiting for your input/i.test(message) ? "prompt" : undefined;
}
