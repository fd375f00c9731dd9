import type { Agent, AgentStatus } from "../../core/state.js";
import { agentRows as flatten, type AgentRow } from "../../view/agent-tree.js";
import { formatDuration } from "../../view/format.js";
import { span, spread, type Span } from "../text/line.js";
import type { Row } from "../text/row.js";

const marks: Record<AgentStatus, Span> = {
  active: { text: "◐", style: "accent" },
  completed: { text: "●", style: "ok" },
  failed: { text: "✗", style: "bad" },
};

/** The agents as a tree, with how long each ran. */
export function agentTreeRows(agents: readonly Agent[], now: number, width: number): Row[] {
  return flatten(agents, now).map((row) => ({ line: agentLine(row, width) }));
}

function agentLine(row: AgentRow, width: number) {
  const { status, type, agentId, task, runningMs, subsession } = row;
  const left = [
    { text: " " },
    span(branches(row), "faint"),
    marks[status],
    { text: " " },
    span(type, status === "active" ? "agent" : "muted"),
    span(task === "" ? `  ${agentId}` : `  ${task}`, task === "" ? "faint" : status === "active" ? undefined : "muted"),
    ...(subsession === null ? [] : [span(`  → ${subsession}`, "faint")]),
  ];
  const took = runningMs === null ? "" : formatDuration(runningMs);
  return spread(left, [span(` ${took} `, status === "active" ? "accent" : "faint")], width);
}

function branches({ depth, isLast, trunk }: AgentRow): string {
  if (depth === 0) return "";
  const above = trunk.slice(1).map((goesOn) => (goesOn ? "│ " : "  "));
  return above.join("") + (isLast ? "└ " : "├ ");
}
