import { restOf, type HookHandler } from "./hook-report.js";
import { beginAgent, endAgent, expectAgent } from "./telling/agents.js";
import { setGoal } from "./telling/goals.js";
import { partIdFor, textOf } from "./telling/input.js";
import { other, present } from "./telling/telling.js";

/** Subagents, and the tasks that agents share out among themselves. */
export const claudeCodeAgentHooks: Record<string, HookHandler> = {
  SubagentStart: (telling, input) => {
    const id = textOf(input["agent_id"]);
    if (id === undefined) return other(telling, "SubagentStart", restOf(input));
    beginAgent(telling, id, textOf(input["agent_type"]), restOf(input));
  },
  SubagentStop: (telling, input) => {
    const id = textOf(input["agent_id"]);
    const type = textOf(input["agent_type"]);
    // Claude Code's own helpers, such as the one that sums up for a compaction, have no type.
    const isHelper = id === undefined || (type === undefined && !telling.agents.has(partIdFor(id)));
    if (isHelper) {
      telling.agentId = undefined;
      return other(telling, "SubagentStop", { ...restOf(input), ...present({ agent_id: id }) });
    }
    expectAgent(telling, id, type);
    endAgent(telling, id, { result: textOf(input["last_assistant_message"]), type });
  },
  TaskCreated: (telling, input) => {
    const id = textOf(input["task_id"]);
    if (id === undefined) return other(telling, "TaskCreated", restOf(input));
    setGoal(telling, `task:${id}`, taskOf(input, id));
  },
  TaskCompleted: (telling, input) => {
    const id = textOf(input["task_id"]);
    if (id === undefined) return other(telling, "TaskCompleted", restOf(input));
    setGoal(telling, `task:${id}`, { ...taskOf(input, id), status: "completed" });
  },
};

function taskOf(input: Parameters<HookHandler>[1], id: string) {
  return present({
    description: textOf(input["task_subject"]) ?? `Task ${id}`,
    details: textOf(input["task_description"]),
    owner: textOf(input["teammate_name"]),
    team: textOf(input["team_name"]),
  });
}
