import type { JsonObject } from "../../../core/json.js";
import type { GoalStatus } from "../../../core/state.js";
import { objectsOf, partIdFor, textOf } from "./input.js";
import { change, present, type Telling } from "./telling.js";

interface GoalOf {
  description?: string;
  status?: GoalStatus;
  [field: string]: unknown;
}

/** A goal is so by now: added where it is new, and told of only where something of it changed. */
export function setGoal(telling: Telling, id: string, fields: GoalOf): void {
  const goalId = partIdFor(id);
  const known = telling.goals.get(goalId);
  const given = present(fields);
  if (!known) {
    const data = { goalId, description: id, status: "pending", source: telling.source, ...given };
    change(telling, "goal_added", data);
    telling.goals.set(goalId, data);
    return;
  }
  const changed: JsonObject = Object.fromEntries(
    Object.entries(given).filter(([name, value]) => JSON.stringify(known[name]) !== JSON.stringify(value)),
  );
  if (Object.keys(changed).length === 0) return;
  change(telling, "goal_updated", { goalId, ...changed });
  telling.goals.set(goalId, { ...known, ...changed });
}

const statuses: Record<string, GoalStatus> = {
  pending: "pending",
  in_progress: "in_progress",
  completed: "completed",
  deleted: "cancelled",
  cancelled: "cancelled",
  failed: "failed",
};

/** The status of a goal that an agent's own word for it means. */
function goalStatusOf(word: unknown): GoalStatus | undefined {
  return typeof word === "string" && Object.hasOwn(statuses, word) ? statuses[word] : undefined;
}

/** A whole to-do list as it is by now; what was on it before and is not any more was given up. */
function setTodos(telling: Telling, todos: readonly JsonObject[]): void {
  const prefix = telling.agentId === undefined ? "todo:" : `todo:${telling.agentId}:`;
  const listed = new Set<string>();
  for (const todo of todos) {
    const description = textOf(todo["content"]) ?? textOf(todo["description"]) ?? textOf(todo["step"]);
    if (description === undefined) continue;
    const goalId = unused(partIdFor(prefix + description), listed);
    listed.add(goalId);
    setGoal(telling, goalId, {
      description,
      status: goalStatusOf(todo["status"]) ?? "pending",
      priority: textOf(todo["priority"]),
      agentId: telling.agentId,
    });
  }
  for (const [goalId, { status, agentId }] of telling.goals) {
    const isGone = goalId.startsWith(prefix) && agentId === telling.agentId && !listed.has(goalId);
    if (isGone && status !== "completed") setGoal(telling, goalId, { status: "cancelled" });
  }
}

function unused(id: string, taken: ReadonlySet<string>): string {
  let free = id;
  for (let count = 2; taken.has(free); count++) free = partIdFor(`${id}#${count}`);
  return free;
}

/** What a tool that keeps a list of tasks did to the goals, by its input and its result. */
export function goalsOfTool(telling: Telling, tool: string, input: JsonObject, result: JsonObject): void {
  if (tool === "TodoWrite" && Array.isArray(input["todos"])) setTodos(telling, objectsOf(input["todos"]));
  if (tool === "write_todos" && Array.isArray(input["todos"])) setTodos(telling, objectsOf(input["todos"]));
  if (tool === "update_plan" && Array.isArray(input["plan"])) setTodos(telling, objectsOf(input["plan"]));
  if (tool === "TaskCreate") addTask(telling, input, result);
  if (tool === "TaskUpdate") updateTask(telling, input);
}

function addTask(telling: Telling, input: JsonObject, result: JsonObject): void {
  const task = typeof result["task"] === "object" && result["task"] !== null ? (result["task"] as JsonObject) : {};
  const id = textOf(task["id"]);
  if (id === undefined) return;
  const subject = textOf(task["subject"]) ?? textOf(input["subject"]);
  setGoal(telling, `task:${id}`, { description: subject ?? `Task ${id}`, details: textOf(input["description"]) });
}

function updateTask(telling: Telling, input: JsonObject): void {
  const id = textOf(input["taskId"]);
  if (id === undefined) return;
  const status = goalStatusOf(input["status"]);
  setGoal(telling, `task:${id}`, {
    description: textOf(input["subject"]) ?? (telling.goals.has(`task:${id}`) ? undefined : `Task ${id}`),
    details: textOf(input["description"]),
    status,
    owner: textOf(input["owner"]),
  });
}
