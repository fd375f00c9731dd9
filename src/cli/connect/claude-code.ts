import { join } from "node:path";
import type { CliContext } from "../context.js";
import type { Connection, ConnectOptions } from "./agents.js";
import { hookEdits, type HookGroup } from "./edit-hooks.js";
import { flushMs, under, userFolder } from "./places.js";
import { hookProgram, shellCommand, type HookProgram } from "./programs.js";
import { movable } from "./server-in.js";

/**
 * Every hook event of Claude Code but WorktreeCreate: a hook there takes the making of the worktree
 * upon itself, and answers with its path.
 */
export const claudeCodeEvents = [
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
  "MessageDisplay",
  "Stop",
  "StopFailure",
  "SubagentStart",
  "SubagentStop",
  "TeammateIdle",
  "TaskCreated",
  "TaskCompleted",
  "PreCompact",
  "PostCompact",
  "PreModelSwitch",
  "PostModelSwitch",
  "Elicitation",
  "ElicitationResult",
  "ConfigChange",
  "WorktreeRemove",
  "InstructionsLoaded",
  "CwdChanged",
  "FileChanged",
  "DirectoryAdded",
] as const;

/**
 * Commands also among HTTP hooks, besides one that waits for a person (HTTP hooks know one timeout, and would wait as
 * long for a server that hangs): SessionStart has no HTTP hook, and one of SessionEnd prints its failure on
 * the person's terminal where no server answers.
 */
const commandEvents = new Set<string>(["SessionStart", "SessionEnd", "Setup"]);

export function connectClaudeCode(options: ConnectOptions, context: CliContext): Connection {
  const { managed, project, root } = options;
  const folder = managed ? "/etc/claude-code/claude-sessions" : userFolder(context);
  const program = hookProgram(folder);
  const path = settingsPath(options, context);
  const edits = movable("claude-code", options.url, (url) => {
    const groups = Object.fromEntries(claudeCodeEvents.map((event) => [event, groupOf(event, url, options, program)]));
    return hookEdits(path, { groups, values: project ? [] : telemetry(url) }, "claude-code");
  });
  return {
    settings: [{ path, edits, mode: managed || project ? 0o644 : 0o600 }],
    program: { ...program.file, path: under(root, program.file.path) },
    words: program.words("claude-code", options.url),
    notes: [
      ...(project ? [withoutTelemetry] : []),
      ...(options.approvals === undefined ? [] : [approvalNote(options.approvals)]),
    ],
  };
}

const withoutTelemetry =
  "Claude Code takes no telemetry settings from a project, so tokens and cost are not told. Without --project they are.";

function approvalNote(seconds: number): string {
  return `What needs a permission can be answered for ${seconds} s with 'claude-sessions approve' and 'deny' as well as on the terminal; with -p Claude Code waits for that.`;
}

/** Beyond the wait: for a server that is slow to take the request, and for the way there and back. */
const askingSeconds = 15;

function groupOf(event: string, url: string, { http, approvals }: ConnectOptions, program: HookProgram): HookGroup {
  if (event === "PermissionRequest" && approvals !== undefined) {
    const command = shellCommand(program.words("claude-code", url, { wait: approvals }));
    return { hooks: [{ type: "command", command, timeout: approvals + askingSeconds }] };
  }
  if (http && !commandEvents.has(event)) return { hooks: [httpHook(url)] };
  const command = shellCommand(program.words("claude-code", url, { last: event === "SessionEnd" }));
  return { hooks: [{ type: "command", command, timeout: 5 }] };
}

function httpHook(url: string) {
  return {
    type: "http",
    url: `${url}/hooks/claude-code`,
    timeout: 1,
    headers: { Authorization: "Bearer $CLAUDE_SESSIONS_TOKEN" },
    allowedEnvVars: ["CLAUDE_SESSIONS_TOKEN"],
  };
}

function settingsPath({ managed, project, root }: ConnectOptions, { env, home, cwd }: CliContext): string {
  if (managed) return under(root, "/etc/claude-code/managed-settings.d/50-claude-sessions.json");
  if (project) return join(under(root, cwd), ".claude", "settings.json");
  return under(root, join(env["CLAUDE_CONFIG_DIR"] || join(home, ".claude"), "settings.json"));
}

/** Its own records of model calls, with tokens and cost: hooks carry neither. */
function telemetry(url: string): { path: string[]; value: string }[] {
  const values = {
    CLAUDE_CODE_ENABLE_TELEMETRY: "1",
    OTEL_LOGS_EXPORTER: "otlp",
    OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${url}/v1/logs`,
    OTEL_LOGS_EXPORT_INTERVAL: "1000",
    CLAUDE_CODE_OTEL_FLUSH_TIMEOUT_MS: String(flushMs(url)),
    CLAUDE_CODE_OTEL_SHUTDOWN_TIMEOUT_MS: String(flushMs(url)),
  };
  return Object.entries(values).map(([name, value]) => ({ path: ["env", name], value }));
}
