import { expect, test } from "vitest";
import { hook, hookSession, type HookSession } from "../testing/hook-session.js";

const codex = (name: string, more = {}) => hook(name, { turn_id: "t1", model: "m1", ...more });
const notify = (turn: string, more = {}) => ({
  type: "agent-turn-complete",
  "thread-id": "s-1",
  "turn-id": turn,
  "input-messages": ["do it"],
  "last-assistant-message": "done",
  ...more,
});

async function types(session: HookSession): Promise<string[]> {
  return (await session.text()).map((line) => line.split(" ")[0]!);
}

test("ends a turn that a person interrupted, with its call", async () => {
  const session = hookSession("codex");
  await session.send(
    codex("UserPromptSubmit", { prompt: "x" }),
    codex("PreToolUse", { tool_name: "Bash", tool_use_id: "a" }),
  );
  await session.send(codex("Interrupt"));
  expect((await session.text(3)).map((line) => /^\w+|status="\w+"/g.exec(line)?.[0])).toEqual([
    "tool_result",
    "turn_end",
    "metadata_updated",
  ]);
  expect((await session.text()).filter((line) => line.includes('status="interrupted"'))).toHaveLength(2);
  expect((await session.session())!.metadata).toMatchObject({ model: "m1", liveness: { status: "idle" } });
});

test("tells a turn by its notify alone, and once", async () => {
  const session = hookSession("codex");
  await session.send(notify("t1"), notify("t1"), notify("t2"), notify("t1"));
  const told = ["user_prompt", "assistant_message", "turn_end"];
  expect((await types(session)).filter((type) => type !== "metadata_updated")).toEqual([
    "session_created",
    ...told,
    ...told,
  ]);
});

test("tells nothing by notify that the hooks told, also where it comes before the stop", async () => {
  const session = hookSession("codex");
  await session.send(
    codex("UserPromptSubmit", { prompt: "do it" }),
    notify("t1"),
    codex("Stop", { last_assistant_message: "done" }),
  );
  expect((await types(session)).filter((type) => type === "turn_end" || type === "user_prompt")).toEqual([
    "user_prompt",
    "turn_end",
  ]);
});

test("keeps a notify of another kind", async () => {
  const session = hookSession("codex");
  await session.send({ type: "agent-thought", "thread-id": "s-1", note: 1 });
  expect((await session.events()).at(-1)!.data).toMatchObject({
    type: "agent_event",
    name: "agent-thought",
    extra: { note: 1 },
  });
});

test("keeps a plan as goals", async () => {
  const session = hookSession("codex");
  const plan = [
    { step: "look", status: "completed" },
    { step: "build", status: "in_progress" },
  ];
  await session.send(
    codex("PostToolUse", { tool_name: "update_plan", tool_use_id: "a", tool_input: { plan }, tool_response: "ok" }),
  );
  expect((await session.session())!.state.goals).toMatchObject([
    { description: "look", status: "completed" },
    { description: "build", status: "in_progress" },
  ]);
});
