import { expect, test } from "vitest";
import { createMemoryStore } from "../../storage/memory/memory-store.js";
import { hook, hookSession, post, pre, prompt, stop } from "../testing/hook-session.js";

const spawn = (id: string, type = "explorer", more = {}) =>
  pre(id, "Agent", { subagent_type: type, description: `task ${id}` }, more);
const begin = (id: string, type = "explorer") => hook("SubagentStart", { agent_id: id, agent_type: type });
const end = (id: string, type = "explorer", message = "done") =>
  hook("SubagentStop", { agent_id: id, agent_type: type, last_assistant_message: message });

test("names a subagent's parent and the call that set it to work", async () => {
  const session = hookSession();
  await session.send(spawn("c1"), begin("a1"), spawn("c2", "tester", { agent_id: "a1" }), begin("a2", "tester"));
  expect((await session.session())!.state.agents).toMatchObject([
    { agentId: "a1", type: "explorer", task: "task c1", toolCallId: "c1" },
    { agentId: "a2", type: "tester", parentAgentId: "a1", toolCallId: "c2" },
  ]);
});

test("tells parallel subagents of the same kind apart by the order of their calls", async () => {
  const session = hookSession();
  await session.send(spawn("c1"), spawn("c2"), begin("a1"), begin("a2"));
  const { agents } = (await session.session())!.state;
  expect(agents.map(({ toolCallId }) => toolCallId)).toEqual(["c1", "c2"]);
});

test("knows a subagent whose end comes before its start", async () => {
  const session = hookSession();
  await session.send(end("a1"), begin("a1"));
  expect((await session.session())!.state.agents).toMatchObject([
    { agentId: "a1", status: "completed", result: "done" },
  ]);
  expect((await session.text()).some((line) => line.startsWith("agent_resumed"))).toBe(false);
});

test("knows a subagent by its first call where its start was missed", async () => {
  const session = hookSession();
  await session.send(
    pre("x", "Bash", {}, { agent_id: "a1", agent_type: "explorer" }),
    begin("a1"),
    end("a1"),
    end("a1"),
  );
  expect((await session.text()).map((line) => line.split(" ")[0])).toEqual([
    "session_created",
    "agent_spawned",
    "bash_exec",
    "tool_result",
    "agent_completed",
  ]);
});

test("tells of a subagent that goes on after its end", async () => {
  const session = hookSession();
  await session.send(begin("a1"), end("a1"), begin("a1"), end("a1", "explorer", "more"));
  expect((await session.text()).some((line) => line.startsWith('agent_resumed agentId="a1"'))).toBe(true);
  expect((await session.session())!.state.agents).toMatchObject([{ status: "completed", result: "more" }]);
});

test("ends a subagent in the foreground with its call, where its own end was missed", async () => {
  const session = hookSession();
  const result = { tool_response: { status: "completed", content: [{ type: "text", text: "found it" }] } };
  await session.send(spawn("c1"), begin("a1"), post("c1", "Agent", {}, result));
  await session.send(
    spawn("c2"),
    begin("a2"),
    post("c2", "Agent", {}, { hook_event_name: "PostToolUseFailure", error: "no" }),
  );
  await session.send(
    spawn("c3"),
    begin("a3"),
    post("c3", "Agent", {}, { tool_response: { isAsync: true, status: "async_launched" } }),
  );
  expect((await session.session())!.state.agents).toMatchObject([
    { status: "completed", result: "found it" },
    { status: "failed", result: "no" },
    { status: "active" },
  ]);
});

test("knows what set a background subagent to work, also where its start is told behind that call's end", async () => {
  const session = hookSession();
  const launched = { tool_response: { isAsync: true, status: "async_launched", agentId: "a2" } };
  await session.send(spawn("c1"), spawn("c2"), post("c2", "Agent", {}, launched), begin("a2"), begin("a1"), end("a2"));
  expect((await session.session())!.state.agents).toMatchObject([
    { agentId: "a2", toolCallId: "c2", status: "completed" },
    { agentId: "a1", toolCallId: "c1", status: "active" },
  ]);
  expect((await session.text()).filter((line) => line.startsWith("agent_resumed"))).toEqual([]);
});

test("ends a background subagent by its notification, where its own end was missed", async () => {
  const session = hookSession();
  const note =
    "<task-notification>\n<task-id>a1</task-id><status>failed</status><result>no</result></task-notification>";
  await session.send(spawn("c1"), begin("a1"), prompt("p", note));
  expect((await session.session())!.state.agents).toMatchObject([{ status: "failed", result: "no" }]);
});

test("ends everything with the session", async () => {
  const session = hookSession();
  await session.send(
    prompt("p"),
    spawn("c1"),
    begin("a1"),
    hook("SessionEnd", { reason: "other" }),
    hook("SessionEnd", {}),
  );
  const { metadata, state, final } = (await session.session())!;
  expect(metadata).toMatchObject({ status: "cancelled", liveness: { status: "ended" } });
  expect(final).toMatchObject({ outcome: { reason: "other" } });
  expect(state.agents).toMatchObject([{ status: "failed", result: "The session ended (other)." }]);
});

test.for([
  ["other", "completed"],
  ["prompt_input_exit", "completed"],
  ["logout", "completed"],
])("takes an end by %s after the work is done for %s", async ([reason, status]) => {
  const session = hookSession();
  await session.send(prompt("p"), stop("x"), hook("SessionEnd", { reason: reason! }));
  expect((await session.session())!.metadata.status).toBe(status);
});

test("goes on in an ended session by a prompt, and not by what comes late", async () => {
  const session = hookSession();
  await session.send(prompt("p"), pre("a"), hook("SessionEnd", { reason: "other" }), post("a"));
  expect((await session.session())!.metadata.status).toBe("cancelled");
  await session.send(prompt("q"));
  expect((await session.session())!.metadata).toMatchObject({ status: "active", liveness: { status: "running" } });
});

test.for([
  [stop("done"), "completed", "ok"],
  [hook("StopFailure", { error: "invalid_request", last_assistant_message: "done" }), "failed", "error"],
] as const)("corrects how a session ended whose last turn's end it overtook", async ([end, status, turn]) => {
  const session = hookSession();
  const shown = hook("MessageDisplay", { prompt_id: "p", message_id: "m", index: 0, final: true, delta: "done" });
  await session.send(prompt("p"), shown, hook("SessionEnd", { reason: "other" }), end, end);
  const ends = (await session.text()).filter((line) => line.startsWith("turn_end"));
  expect(ends.map((line) => /status="(\w+)"/.exec(line)?.[1])).toEqual(["interrupted", turn]);
  const { metadata, final } = (await session.session())!;
  expect(metadata).toMatchObject({ status, liveness: { status: "ended" } });
  expect(final).toMatchObject({ status, outcome: { reason: "other" } });
});

test("closes what a process left open that was started again under the same id", async () => {
  const session = hookSession();
  await session.send(prompt("p"), pre("a"), hook("SessionStart", { source: "resume" }));
  expect((await session.text()).filter((line) => line.includes('status="lost"'))).toHaveLength(1);
  expect((await session.session())!.metadata.liveness.status).toBe("idle");
});

test("learns the folder, the model, the title and whose session it is", async () => {
  const session = hookSession();
  const start = hook("SessionStart", { source: "startup", model: "m1", cwd: "/a", session_title: "t" });
  await session.sendAs({ userId: "ann", tags: ["ci"], parentSession: "p-1" }, start);
  await session.send({ ...prompt("p"), cwd: "/b" }, hook("PostModelSwitch", { from_model: "m1", to_model: "m2" }));
  const { metadata, state } = (await session.session())!;
  expect(metadata).toMatchObject({
    userId: "ann",
    tags: ["claude-code", "ci"],
    parentSession: "p-1",
    model: "m2",
    title: "t",
  });
  expect(state.workspace["cwd"]).toBe("/b");
});

test("joins a session that another source created", async () => {
  const store = createMemoryStore();
  await store.append("s-1", [{ type: "session_created", data: { tags: ["otel"] } }]);
  const session = hookSession("claude-code", { store });
  await session.sendAs({ userId: "ann" }, prompt("p"));
  expect((await session.session())!.metadata).toMatchObject({ tags: ["otel", "claude-code"], userId: "ann" });
});

test("keeps tasks as goals", async () => {
  const session = hookSession();
  const task = { task_id: "1", task_subject: "Build", teammate_name: "bo" };
  await session.send(hook("TaskCreated", task));
  await session.send(post("u", "TaskUpdate", { taskId: "1", status: "in_progress" }));
  expect((await session.session())!.state.goals).toMatchObject([
    { goalId: "task:1", description: "Build", status: "in_progress" },
  ]);
  await session.send(hook("TaskCompleted", task), hook("TaskCompleted", task));
  await session.send(
    post("c", "TaskCreate", { subject: "Ship" }, { tool_response: { task: { id: "2", subject: "Ship" } } }),
  );
  await session.send(post("d", "TaskUpdate", { taskId: "2", status: "deleted" }));
  const { goals } = (await session.session())!.state;
  expect(goals.map(({ goalId, status }) => [goalId, status])).toEqual([
    ["task:1", "completed"],
    ["task:2", "cancelled"],
  ]);
  expect((await session.text()).filter((line) => line.startsWith("goal_updated"))).toHaveLength(3);
});

test("keeps a to-do list as goals: what is on it, what is done, and what was given up", async () => {
  const session = hookSession();
  const todo = (content: string, status: string) => ({ content, status, activeForm: content });
  await session.send(
    post("a", "TodoWrite", { todos: [todo("x", "in_progress"), todo("x", "pending"), todo("y", "pending")] }),
  );
  await session.send(post("b", "TodoWrite", { todos: [todo("x", "completed"), todo("z", "pending")] }));
  const { goals } = (await session.session())!.state;
  expect(goals.map(({ goalId, status }) => [goalId, status])).toEqual([
    ["todo:x", "completed"],
    ["todo:x#2", "cancelled"],
    ["todo:y", "cancelled"],
    ["todo:z", "pending"],
  ]);
});
