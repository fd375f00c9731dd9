import type { NewEvent } from "../../core/event.js";
import { claudeCodeAgentHooks } from "./claude-code-agents.js";
import { claudeCodeSessionHooks, beginSession, beginsWork } from "./claude-code-session.js";
import { claudeCodeToolHooks } from "./claude-code-tools.js";
import { claudeCodeTurnHooks } from "./claude-code-turns.js";
import { restOf, type HookHandler, type HookReport } from "./hook-report.js";
import type { Known } from "./ingest.js";
import { expectAgent } from "./telling/agents.js";
import { partIdFor, textOf } from "./telling/input.js";
import { beginTelling, endTelling, other } from "./telling/telling.js";

const handlers: Record<string, HookHandler> = {
  ...claudeCodeSessionHooks,
  ...claudeCodeTurnHooks,
  ...claudeCodeToolHooks,
  ...claudeCodeAgentHooks,
};

/**
 * The events that one hook input of Claude Code makes. Pure, and takes any object: what is missing
 * counts as absent, and a hook of an unknown name is kept as an `agent_event`.
 *
 * @see https://code.claude.com/docs/en/hooks
 */
export function mapClaudeCode(known: Known, report: HookReport): NewEvent[] {
  return mapHook(known, report, textOf(report.input["prompt_id"]), handlers);
}

/** Maps a hook input of the family that Claude Code began and Codex shares. */
export function mapHook(
  known: Known,
  report: HookReport,
  turn: string | undefined,
  hooks: Record<string, HookHandler>,
): NewEvent[] {
  const { input } = report;
  const name = textOf(input["hook_event_name"]) ?? "unknown";
  const agent = textOf(input["agent_id"]);
  const agentId = agent === undefined ? undefined : partIdFor(agent);
  const { source, timestamp, process } = report;
  const telling = beginTelling(known, { source, turn, agentId, timestamp, process });
  beginSession(telling, report, name);
  if (agent !== undefined && worksInAgent(name)) expectAgent(telling, agent, textOf(input["agent_type"]));
  const handler = Object.hasOwn(hooks, name) ? hooks[name] : undefined;
  if (handler) handler(telling, input, report);
  else other(telling, name, restOf(input));
  if (beginsWork(name) && agent === undefined) telling.work = "running";
  return endTelling(telling);
}

/** A hook that only an agent at work sends; its start may have been missed. */
function worksInAgent(name: string): boolean {
  return name.startsWith("PreTool") || name.startsWith("PostTool") || name === "PermissionRequest";
}
