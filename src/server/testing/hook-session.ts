import pino from "pino";
import type { SessionEvent } from "../../core/event.js";
import type { JsonObject } from "../../core/json.js";
import { createMemoryStore } from "../../storage/memory/memory-store.js";
import { parsePage } from "../../storage/page.js";
import type { SessionStore } from "../../storage/session-store.js";
import type { HookReport } from "../ingest/hook-report.js";
import { hookSources, type HookSourceName } from "../ingest/hook-sources.js";
import { createIngest, type Ingest } from "../ingest/ingest.js";
import { createEventText } from "./event-text.js";

/** One agent's session, told by hooks; every test has a store of its own unless it hands one in. */
export interface HookSession {
  ingest: Ingest;
  store: SessionStore;
  /** Reports hooks in order; `session_id` is filled in. */
  send(...inputs: JsonObject[]): Promise<void>;
  sendAs(report: Partial<HookReport>, ...inputs: JsonObject[]): Promise<void>;
  events(): Promise<SessionEvent[]>;
  /** The events after the first `from`, as text. */
  text(from?: number): Promise<string[]>;
  session(): ReturnType<SessionStore["readSession"]>;
}

export function hookSession(
  source: HookSourceName = "claude-code",
  { store = createMemoryStore(), sessionId = "s-1", now = Date.now } = {},
): HookSession {
  const ingest = createIngest({ store, now, logger: pino({ enabled: false }) });
  const events = async () => parsePage<SessionEvent>(await store.readPage(sessionId, { of: "events", limit: 10_000 }));

  async function sendAs(more: Partial<HookReport>, ...inputs: JsonObject[]): Promise<void> {
    for (const input of inputs) {
      const report: HookReport = { source, input: { session_id: sessionId, ...input }, ...more };
      await ingest.take(sessionId, { source, map: (known) => hookSources[source].map(known, report) });
    }
  }
  return {
    ingest,
    store,
    send: (...inputs) => sendAs({}, ...inputs),
    sendAs,
    events,
    async text(from = 0) {
      const lines = createEventText()(await events())
        .split("\n")
        .slice(1);
      return lines.slice(from).map((line) => line.slice(4));
    },
    session: () => store.readSession(sessionId),
  };
}

/* Hook inputs of Claude Code, as short as they can be. */

export function prompt(id: string, text = "do it"): JsonObject {
  return { hook_event_name: "UserPromptSubmit", prompt_id: id, prompt: text };
}

export function pre(id: string, tool = "Bash", input: JsonObject = { command: id }, more: JsonObject = {}): JsonObject {
  return { hook_event_name: "PreToolUse", tool_use_id: id, tool_name: tool, tool_input: input, ...more };
}

export function post(
  id: string,
  tool = "Bash",
  input: JsonObject = { command: id },
  more: JsonObject = {},
): JsonObject {
  const response = { tool_response: { stdout: "" }, duration_ms: 5 };
  return { ...pre(id, tool, input), hook_event_name: "PostToolUse", ...response, ...more };
}

export function permission(id: string, more: JsonObject = {}): JsonObject {
  return { hook_event_name: "PermissionRequest", tool_name: "Bash", tool_input: { command: id }, ...more };
}

export function stop(message?: string, more: JsonObject = {}): JsonObject {
  return { hook_event_name: "Stop", ...(message !== undefined && { last_assistant_message: message }), ...more };
}

export const hook = (name: string, more: JsonObject = {}): JsonObject => ({ hook_event_name: name, ...more });
