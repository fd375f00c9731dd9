import type { ToolCallType } from "../../core/activity.js";

/** What the tools of the agents do, by the names that the agents give them; others are a plain `tool_call`. */
const types: Record<string, ToolCallType> = {
  // Claude Code
  Bash: "bash_exec",
  PowerShell: "bash_exec",
  Write: "file_write",
  Edit: "file_edit",
  MultiEdit: "file_edit",
  NotebookEdit: "file_edit",
  Agent: "task_spawn",
  Task: "task_spawn",
  // Codex
  shell: "bash_exec",
  shell_command: "bash_exec",
  local_shell: "bash_exec",
  exec_command: "bash_exec",
  unified_exec: "bash_exec",
  apply_patch: "file_edit",
  spawn_agent: "task_spawn",
  // Gemini CLI
  run_shell_command: "bash_exec",
  write_file: "file_write",
  replace: "file_edit",
};

/** The action type that a call of this tool is stored as. */
export function toolTypeOf(tool: string): ToolCallType {
  if (Object.hasOwn(types, tool)) return types[tool]!;
  return tool.startsWith("mcp_") ? "mcp_call" : "tool_call";
}
