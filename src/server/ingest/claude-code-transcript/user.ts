import type { Lifecycle, UserPrompt } from "../../../core/activity.js";
import type { JsonObject } from "../../../core/json.js";
import { bounded, textsOf } from "./lines.js";
import { endResult } from "./results.js";
import type { Reading, Stream } from "./stream.js";
import { authorOf, takeNotification } from "../claude-code-turns.js";
import { eventIdFor, objectOf, objectsOf, textOf } from "../telling/input.js";
import { beginTurn, endTurn, interruptTurn } from "../telling/messages.js";
import { action, other, present, type Telling } from "../telling/telling.js";

/** A line that the model was sent in the user's name: a prompt, results of tools, or what Claude Code says itself. */
export function readUserLine(reading: Reading): void {
  const { stream, line } = reading;
  const content = objectOf(line["message"])["content"];
  const results = objectsOf(content).filter(({ type }) => type === "tool_result");
  for (const [index, block] of results.entries()) {
    const toolCallId = textOf(block["tool_use_id"]);
    const given = results.length === 1 || index === 0 ? line["toolUseResult"] : undefined;
    if (toolCallId !== undefined) endResult(reading, toolCallId, block, given);
  }
  const text = textsOf(content).join("\n").trim();
  const images = objectsOf(content).filter(({ type }) => type === "image" || type === "document").length;
  if (line["isCompactSummary"] === true) return endCompaction(reading, text);
  if (isCaveat(text)) stream.local = true;
  if (line["isMeta"] === true || isCaveat(text) || (text === "" && images === 0)) return;
  readWords(reading, text, images);
}

/** Stands before commands that a person ran on the spot. */
function isCaveat(text: string): boolean {
  return text.startsWith("<local-command-caveat>") || text.startsWith("Caveat: The messages below were generated");
}

function readWords(reading: Reading, text: string, images: number): void {
  const { telling, stream } = reading;
  if (text.startsWith("[Request interrupted")) return interrupt(telling, stream);
  const command = commandOf(text);
  const output = outputOf(text);
  if (output !== undefined || (command !== undefined && stream.local)) {
    return other(telling, "local_command", output ?? command!);
  }
  stream.local = false;
  if (stream.agentId !== undefined) return promptAgent(reading, text);
  const prompt = command === undefined ? text : [command["command"], command["args"]].filter(Boolean).join(" ");
  begin(reading, prompt, command === undefined ? authorFor(reading.line, text) : "command", images);
}

function begin(reading: Reading, words: string, from: string, images: number): void {
  const { telling, stream, line } = reading;
  finishTurn(telling, stream);
  const uuid = textOf(line["uuid"]);
  const { turn } = telling;
  const text = String(bounded(words));
  const extra = present({ permission_mode: textOf(line["permissionMode"]), images: images || undefined });
  const isKnown = turn !== undefined && telling.story.turns.includes(turn);
  if (isKnown) {
    interruptTurn(telling, "The next prompt came before its result.");
    action<UserPrompt>(telling, { type: "user_prompt", text, from, extra }, eventIdFor("prompt", uuid ?? turn));
  } else beginTurn(telling, { text, from, extra });
  stream.stopped = false;
  if (from === "task_notification") takeNotification(telling, words);
}

function authorFor(line: JsonObject, text: string): string {
  if (text.startsWith("<teammate-message")) return "teammate";
  const kind = textOf(objectOf(line["origin"])["kind"]);
  if (kind === "task-notification") return "task_notification";
  const source = textOf(line["promptSource"]);
  return authorOf(text, source === "typed" || source === "sdk" || source === "queued" ? "user" : source);
}

/** What a subagent is asked first is the input of the call that set it to work. */
function promptAgent({ telling, line }: Reading, text: string): void {
  if (line["parentUuid"] === null && agentsCall(telling) !== undefined) return;
  other(telling, "agent_prompt", { text: String(bounded(text)) });
}

function agentsCall({ agents, agentId }: Telling): string | undefined {
  return agentId === undefined ? undefined : textOf(agents.get(agentId)?.["toolCallId"]);
}

/** A slash command as it is written down, with its arguments. */
function commandOf(text: string): JsonObject | undefined {
  const name = /<command-name>([\s\S]*?)<\/command-name>/.exec(text)?.[1]?.trim();
  if (name === undefined || !text.startsWith("<command-")) return undefined;
  const args = /<command-args>([\s\S]*?)<\/command-args>/.exec(text)?.[1]?.trim();
  return present({ command: name.startsWith("/") ? name : `/${name}`, args: args || undefined });
}

/** Commands of a person's own shell, and what came of those and of slash commands; undefined for anything else. */
function outputOf(text: string): JsonObject | undefined {
  const [, kind] = /^<(bash-input|bash-stdout|bash-stderr|local-command-stdout|local-command-stderr)>/.exec(text) ?? [];
  if (kind === undefined) return undefined;
  const words = text.replaceAll(/<\/?(?:bash|local-command)-(?:input|stdout|stderr)>/g, "\n").trim();
  return { [kind === "bash-input" ? "command" : "output"]: String(bounded(words)) };
}

function interrupt(telling: Telling, stream: Stream): void {
  stream.stopped = false;
  if (stream.agentId !== undefined) return;
  interruptTurn(telling, "The turn was interrupted.");
}

/** The turn ends well where the model had no more to say. */
export function finishTurn(telling: Telling, stream: Stream): void {
  if (stream.agentId !== undefined || !stream.stopped || telling.story.ended) return;
  stream.stopped = false;
  const { turn } = telling;
  telling.turn = telling.story.turn;
  endTurn(telling, { status: "ok" });
  telling.turn = turn;
}

/** What was said so far was summed up; the summary, in a line of its own, follows the boundary. */
export function endCompaction({ telling, stream }: Reading, text?: string): void {
  const { boundary } = stream;
  if (boundary === undefined) return;
  stream.boundary = undefined;
  const message = text === undefined ? undefined : String(bounded(summaryOf(text)));
  const extra = { from: "transcript" };
  const record = { type: "compaction", reason: boundary.trigger, message, extra } as const;
  action<Lifecycle>(telling, record, eventIdFor("compaction", boundary.uuid));
}

/** The summary without the words around it. */
function summaryOf(text: string): string {
  const start = text.indexOf("Summary:\n");
  const rest = start === -1 ? text : text.slice(start + "Summary:\n".length);
  const end = rest.indexOf("\n\nIf you need specific details from before compaction");
  return (end === -1 ? rest : rest.slice(0, end)).trim();
}
