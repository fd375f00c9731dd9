import type { Lifecycle } from "../../core/activity.js";
import type { JsonObject } from "../../core/json.js";
import { restOf, type HookHandler, type HookReport } from "./hook-report.js";
import type { Story } from "./story.js";
import { sameStart } from "./tellers.js";
import { endAllAgents } from "./telling/agents.js";
import { closeCalls } from "./telling/calls.js";
import { textOf } from "./telling/input.js";
import { interruptTurn } from "./telling/messages.js";
import { action, change, other, present, type Telling } from "./telling/telling.js";
import { endWaits } from "./telling/waits.js";

/** How a session begins, changes as a whole, and ends. */
export const claudeCodeSessionHooks: Record<string, HookHandler> = {
  SessionStart: startSession,
  SessionEnd: endSession,
  PreCompact: (telling, input) => {
    endWaits(telling, ({ kind }) => kind === "prompt", "gone");
    other(telling, "PreCompact", restOf(input, "trigger"), textOf(input["trigger"]) ?? "unknown");
    telling.work = "running";
  },
  PostCompact: (telling, input) => {
    const reason = textOf(input["trigger"]);
    tellCompaction(telling, reason, textOf(input["compact_summary"]), restOf(input, "trigger", "compact_summary"));
    if (reason === "manual") telling.work = "idle";
  },
  PostModelSwitch: switchModel,
  CwdChanged: (telling, input) => {
    setCwd(telling, textOf(input["new_cwd"]));
    other(telling, "CwdChanged", restOf(input));
  },
};

const goingOn: ReadonlySet<string> = new Set([
  "UserPromptSubmit",
  "PreToolUse",
  "PermissionRequest",
  "SubagentStart",
  "PreCompact",
  "BeforeAgent",
  "BeforeTool",
]);

/** Whether this hook is only called when the agent goes to work, so that an ended session goes on. */
export function beginsWork(name: string): boolean {
  return goingOn.has(name);
}

/** Creates, reopens and keeps up the session that a hook is about. */
export function beginSession(telling: Telling, report: HookReport, name: string): void {
  const { input } = report;
  if (!telling.session) create(telling, report);
  else join(telling, report);
  if (telling.over && goesOn(telling, input, name)) reopen(telling);
  if (telling.story.compacting !== undefined && beginsWork(name) && name !== "PreCompact") {
    tellCompaction(telling, telling.story.compacting || undefined);
  }
  if (input["agent_id"] === undefined && name !== "CwdChanged") setCwd(telling, textOf(input["cwd"]));
  setModel(telling, textOf(input["model"]));
  setTitle(telling, textOf(input["session_title"]));
}

/** An ended session goes on by a new start and by new work, and not by what comes late: a transcript told of that. */
function goesOn({ story }: Telling, input: JsonObject, name: string): boolean {
  if (name === "SessionStart") return input["source"] !== "compact" && !isLateStart(story, input);
  const turn = textOf(input["prompt_id"]);
  return beginsWork(name) && (turn === undefined || !story.turns.includes(turn));
}

/** Only a session that is new starts up. */
function isLateStart({ turns, open, closed }: Story, input: JsonObject): boolean {
  return input["source"] === "startup" && turns.length + open.length + closed.length > 0;
}

export function reopen(telling: Telling): void {
  change(telling, "metadata_updated", { status: "active" });
  telling.over = false;
}

function setTitle({ session, metadata }: Telling, title: string | undefined): void {
  if (title !== undefined && title !== session?.metadata["title"]) metadata["title"] = title;
}

function create(telling: Telling, { source, input, userId, tags = [], parentSession }: HookReport): void {
  const model = textOf(input["model"]);
  const initial = present({
    source,
    config: present({ model, permissionMode: textOf(input["permission_mode"]) }),
    cwd: textOf(input["cwd"]),
    transcriptPath: textOf(input["transcript_path"]),
  });
  const data = present({ userId, tags: [...new Set([source, ...tags])], parentSession, initial });
  change(telling, "session_created", data);
}

/** A session that another source created is the agent's too. */
function join({ session, metadata }: Telling, { source, userId, tags = [] }: HookReport): void {
  if (!session || session.metadata.tags.includes(source)) return;
  metadata["tags"] = [...new Set([...session.metadata.tags, source, ...tags])];
  if (userId !== undefined && session.metadata.userId === null) metadata["userId"] = userId;
}

export function setModel(telling: Telling, model: string | undefined): void {
  const known = telling.session ? telling.session.metadata.model : undefined;
  const created = telling.session === undefined && telling.events.some(({ type }) => type === "session_created");
  if (model !== undefined && model !== known && !created) telling.metadata["model"] = model;
}

function setCwd(telling: Telling, cwd: string | undefined): void {
  const known = telling.session?.state.workspace["cwd"];
  if (cwd !== undefined && cwd !== known) change(telling, "state_updated", { workspace: { cwd } });
}

function startSession(telling: Telling, input: JsonObject, { parentSession }: HookReport): void {
  const reason = textOf(input["source"]) ?? "startup";
  const extra = restOf(input, "source", "model", "session_title");
  if (reason === "compact") return other(telling, "SessionStart", extra, reason);
  const type: Lifecycle["type"] = reason === "resume" ? "agent_resumed" : "agent_started";
  if (telling.story.last === `${type}:${reason}`) return;
  const isLate = isLateStart(telling.story, input);
  if (!isLate) loseProcessBefore(telling);
  const message = textOf(input["session_title"]);
  if (isStartTold(telling)) other(telling, "SessionStart", { ...extra, ...present({ message }) }, reason);
  else action<Lifecycle>(telling, { type, reason, message, turn: undefined, extra });
  linkTo(telling, parentSession);
  if (!isLate) telling.work = "idle";
}

function linkTo({ session, metadata }: Telling, parentSession: string | undefined): void {
  const linked = session?.metadata.parentSession ?? null;
  if (parentSession !== undefined && session && linked === null) metadata["parentSession"] = parentSession;
}

/** Telemetry has told of this start. */
function isStartTold({ story, timestamp }: Telling): boolean {
  return sameStart(story.starts, { at: Date.parse(timestamp ?? ""), from: "hooks" })?.from === "telemetry";
}

/** The same id again without an end: the process before was gone. */
function loseProcessBefore(telling: Telling): void {
  closeCalls(telling, () => true, "lost", "The agent was started again before its result.");
  endWaits(telling, () => true, "gone");
  interruptTurn(telling, "The agent was started again.");
}

export function endSession(telling: Telling, input: JsonObject): void {
  if (telling.over) return;
  const reason = textOf(input["reason"]) ?? "other";
  const { story } = telling;
  const status = finalStatusOf(reason, story);
  closeCalls(telling, () => true, "interrupted", `The session ended (${reason}).`);
  endWaits(telling, () => true, "gone");
  interruptTurn(telling, `The session ended (${reason}).`);
  endAllAgents(telling, `The session ended (${reason}).`);
  action<Lifecycle>(telling, { type: "agent_ended", reason, agentId: undefined, extra: restOf(input, "reason") });
  change(telling, "session_finalized", { status, outcome: { reason } });
  telling.over = true;
}

/** A person who leaves has what they wanted; a process that was stopped amid its work has not finished it. */
function finalStatusOf(reason: string, { ended, outcome }: Story): string {
  if (reason !== "other") return "success";
  if (!ended) return "cancelled";
  return outcome === "error" ? "failed" : "success";
}

function tellCompaction(telling: Telling, reason: string | undefined, message?: string, extra: JsonObject = {}): void {
  if (telling.turn !== undefined && telling.story.compacted.includes(telling.turn)) return;
  action<Lifecycle>(telling, { type: "compaction", reason, message, extra });
}

function switchModel(telling: Telling, input: JsonObject): void {
  const to = textOf(input["to_model"]);
  const from = textOf(input["from_model"]);
  const extra = restOf(input, "source");
  const message = `${from ?? "?"} → ${to ?? "?"}`;
  action<Lifecycle>(telling, { type: "model_switch", message, reason: textOf(input["source"]), extra });
  setModel(telling, to);
}
