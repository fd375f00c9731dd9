import type { HookAgent } from "./agent.js";
import { hooksFor, type HookCallback, type HookMatcher, type SessionHooks } from "./claude-agent-sdk/session-hooks.js";
import hookAgent from "./index.js";

export type { HookCallback, HookMatcher, SessionHooks };

export interface SessionHooksOptions<Others extends Partial<Record<string, readonly unknown[]>>> {
  /** Default: the agent that the environment sets up. */
  agent?: HookAgent;
  /** Hooks of the program's own, kept beside these. */
  hooks?: Others;
}

/**
 * Hooks for the Claude Agent SDK that tell the session of its prompts, tools, subagents, tasks and
 * waits: `query({ prompt, options: { hooks: sessionHooks() } })`. They decide nothing, never throw,
 * and answer at once.
 *
 * @see https://code.claude.com/docs/en/agent-sdk/hooks
 */
export function sessionHooks<Others extends Partial<Record<string, readonly unknown[]>> = object>({
  agent = hookAgent,
  hooks,
}: SessionHooksOptions<Others> = {}): SessionHooks<Others> {
  return hooksFor(agent, hooks ?? ({} as Others));
}
