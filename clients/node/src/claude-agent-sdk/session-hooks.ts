import { emptySession, reduceSession, type Session } from "../../../../src/core/session.js";
import { mapClaudeCode } from "../../../../src/server/ingest/claude-code.js";
import { storableEvent } from "../../../../src/server/ingest/storable.js";
import { emptyStory, tell, type Story } from "../../../../src/server/ingest/story.js";
import type { HookAgent } from "../agent.js";
import { forget } from "../forget.js";
import { isObject, type JsonObject } from "../json.js";
import { toPlain } from "../plain.js";

const source = "claude-code";

/**
 * The hook events of the Claude Agent SDK that say something. WorktreeCreate is not among them: a
 * hook there takes the making of the worktree upon itself.
 */
const hookEvents = [
  "SessionStart",
  "SessionEnd",
  "Setup",
  "UserPromptSubmit",
  "UserPromptExpansion",
  "PreToolUse",
  "PostToolUse",
  "PostToolUseFailure",
  "PostToolBatch",
  "PermissionRequest",
  "PermissionDenied",
  "Notification",
  "Stop",
  "StopFailure",
  "SubagentStart",
  "SubagentStop",
  "TeammateIdle",
  "TaskCreated",
  "TaskCompleted",
  "PreCompact",
  "PostCompact",
  "PostModelSwitch",
  "Elicitation",
  "ElicitationResult",
  "CwdChanged",
] as const;

/** A callback of the SDK's `options.hooks`; answering with nothing lets everything go on as it would. */
export type HookCallback = (
  input: unknown,
  toolUseId: string | undefined,
  options: { signal: AbortSignal },
) => Promise<{ continue?: boolean }>;

/** An entry of the SDK's `options.hooks`. */
export interface HookMatcher {
  matcher?: string;
  hooks: HookCallback[];
  timeout?: number;
}

/** Other hooks, such as the program's own, of the types that the SDK has for them. */
type OtherHooks = Partial<Record<string, readonly unknown[]>>;

export type SessionHooks<Others extends OtherHooks = object> = {
  [Event in (typeof hookEvents)[number] | keyof Others]: (
    | HookMatcher
    | (Event extends keyof Others ? NonNullable<Others[Event]>[number] : never)
  )[];
};

/** What is known of one conversation of the SDK: several may run in one session of ours. */
interface Known {
  session: Session;
  story: Story;
}

/** Conversations that are remembered. */
const mostConversations = 64;

/** Hooks that tell the agent; `others` are kept, and are called first. */
export function hooksFor<Others extends OtherHooks>(agent: HookAgent, others: Others): SessionHooks<Others> {
  const conversations = new Map<string, Known>();
  const callback: HookCallback = (input) => {
    tellHook(agent, conversations, input);
    return Promise.resolve({});
  };
  const names = new Set([...hookEvents, ...Object.keys(others)]);
  const own = new Set<string>(hookEvents);
  const entries = [...names].map((name) => [
    name,
    [...(others[name] ?? []), ...(own.has(name) ? [{ hooks: [callback] }] : [])],
  ]);
  return Object.fromEntries(entries) as SessionHooks<Others>;
}

/** Never throws: what cannot be read is kept as it is. */
function tellHook(agent: HookAgent, conversations: Map<string, Known>, given: unknown): void {
  const plain = toPlain(given);
  const input: JsonObject = isObject(plain) ? plain : { input: plain };
  try {
    const id = typeof input["session_id"] === "string" ? input["session_id"] : "";
    const known = remembered(conversations, id);
    const events = mapClaudeCode(known, { source, input }).map(storableEvent);
    for (const { type, data, eventId, timestamp } of events) {
      known.story = tell(known.story, data);
      known.session = reduceSession(known.session, {
        type,
        data,
        seq: known.session.state.seq + 1,
        timestamp: timestamp ?? new Date().toISOString(),
      });
      // A conversation ends with each query; whether the session does is for the program to say.
      if (type === "session_created" || type === "session_finalized") continue;
      forget(agent.logEvent({ type, data, ...(eventId === undefined ? {} : { eventId }) }));
    }
  } catch {
    const name = String(input["hook_event_name"] ?? "unknown");
    forget(agent.logAction({ type: "agent_event", name, source, extra: input }));
  }
}

function remembered(conversations: Map<string, Known>, id: string): Known {
  const known = conversations.get(id) ?? begun(id);
  conversations.delete(id);
  if (conversations.size >= mostConversations) conversations.delete(conversations.keys().next().value!);
  conversations.set(id, known);
  return known;
}

/** The session is there already, whoever began it, and is the agent's own. */
function begun(id: string): Known {
  const session = reduceSession(emptySession(id), {
    type: "session_created",
    seq: 1,
    timestamp: new Date().toISOString(),
    data: { tags: [source] },
  });
  return { session, story: emptyStory() };
}
