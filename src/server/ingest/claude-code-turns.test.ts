import { expect, test } from "vitest";
import { hook, hookSession, pre, prompt, stop } from "../testing/hook-session.js";

const display = (messageId: string, index: number, delta: string, final: boolean) =>
  hook("MessageDisplay", { message_id: messageId, index, delta, final, prompt_id: "p" });

async function messages(session: ReturnType<typeof hookSession>): Promise<unknown[]> {
  const events = await session.events();
  return events.flatMap(({ data }) => (data["type"] === "assistant_message" ? [data["text"]] : []));
}

test("tells the last message once, whether it is displayed, told at the stop, or both", async () => {
  const session = hookSession();
  await session.send(prompt("p"), display("m", 0, "Hello\n  there", true), stop("Hello there"));
  await session.send(prompt("q"), stop("Bye"));
  expect(await messages(session)).toEqual(["Hello\n  there", "Bye"]);
});

test("tells two messages of the same text twice", async () => {
  const session = hookSession();
  await session.send(prompt("p"), display("m1", 0, "Ok.", true), display("m2", 0, "Ok.", true), stop("Ok."));
  expect(await messages(session)).toEqual(["Ok.", "Ok."]);
});

test("joins the pieces of a message in their order, and keeps each as it comes", async () => {
  const session = hookSession();
  await session.send(prompt("p"), display("m", 1, "two\n", false), display("m", 0, "one\n", false));
  await session.send(display("m", 1, "two\n", false), display("m", 2, "three", true));
  expect(await messages(session)).toEqual(["one\ntwo\nthree"]);
  expect((await session.text()).filter((line) => line.startsWith("message_delta"))).toHaveLength(2);
});

test("tells a message that was broken off as far as it came", async () => {
  const session = hookSession();
  await session.send(prompt("p"), display("m", 0, "one\n", false), prompt("q"));
  const told = (await session.events()).find(({ data }) => data["type"] === "assistant_message")!;
  expect(told.data).toMatchObject({ text: "one\n", turn: "p", extra: { incomplete: true } });
});

test("takes one prompt that comes again for one", async () => {
  const session = hookSession();
  await session.send(prompt("p"), pre("a"), prompt("p"));
  expect((await session.text()).map((line) => line.split(" ")[0])).toEqual([
    "session_created",
    "user_prompt",
    "bash_exec",
  ]);
});

test("says who a prompt is from", async () => {
  const session = hookSession();
  const sources = ["user", "sdk", "schedule_wakeup", "system"];
  await session.send(
    ...sources.map((source, n) => ({ ...prompt(`p${n}`), source })),
    prompt("n", "<task-notification>x"),
  );
  const from = (await session.events()).flatMap(({ data }) => (data["type"] === "user_prompt" ? [data["from"]] : []));
  expect(from).toEqual(["person", "person", "schedule_wakeup", "system", "task_notification"]);
});

test("is idle after a stop, and at work where something runs in the background", async () => {
  const session = hookSession();
  await session.send(prompt("p"), stop("x"));
  expect((await session.session())!.metadata.liveness.status).toBe("idle");
  await session.send(prompt("q"), stop("y", { background_tasks: [{ id: "1", status: "running" }] }));
  expect((await session.session())!.metadata.liveness.status).toBe("running");
});

test("takes the notice that the agent is idle for the end of a turn that was broken off", async () => {
  const session = hookSession();
  await session.send(prompt("p"), pre("a"));
  await session.send(
    hook("Notification", { message: "Claude is waiting for your input", notification_type: "idle_prompt" }),
  );
  expect((await session.text(3)).map((line) => line.split(" ").slice(0, 4).join(" "))).toEqual([
    'tool_result turn="p" toolCallId="a" tool="Bash"',
    'turn_end turn="p" status="interrupted"',
    'wait_started turn="p" kind="prompt" message="Claude',
    'metadata_updated liveness.waitingFor=null liveness={status: "waiting",',
  ]);
});

test("understands a notification of an older release by its words, and keeps any other", async () => {
  const session = hookSession();
  await session.send(prompt("p"), pre("a"));
  await session.send(hook("Notification", { message: "Claude needs your permission to use Bash" }));
  expect((await session.session())!.metadata.liveness).toMatchObject({
    waitingFor: { kind: "permission", toolCallId: "a" },
  });
  await session.send(hook("Notification", { message: "Signed in", notification_type: "auth_success" }));
  expect((await session.text()).at(-1)).toBe('notification turn="p" message="Signed in" reason="auth_success"');
});

test("waits for the answer to an MCP server, by its own id", async () => {
  const session = hookSession();
  await session.send(hook("Elicitation", { mcp_server_name: "gh", message: "Which repo?", elicitation_id: "e" }));
  expect((await session.session())!.metadata.liveness).toMatchObject({ waitingFor: { kind: "answer", tool: "gh" } });
  await session.send(hook("ElicitationResult", { mcp_server_name: "gh", elicitation_id: "e", action: "decline" }));
  expect((await session.text()).filter((line) => line.includes("wait_ended"))).toEqual([
    'wait_ended kind="answer" outcome="denied" toolCallId="e"',
  ]);
});

test("tells of a compaction whose end was missed when the work goes on", async () => {
  const session = hookSession();
  await session.send(hook("PreCompact", { trigger: "auto" }), pre("a"), pre("b"));
  const types = (await session.events()).map(({ data, type }) => data["type"] ?? type);
  expect(types.filter((type) => type === "compaction")).toHaveLength(1);
  expect(types.indexOf("compaction")).toBeLessThan(types.indexOf("bash_exec"));
});

test("keeps a hook of a name that it does not know, whole", async () => {
  const session = hookSession();
  await session.send(hook("FutureHook", { answer: [1, { deep: true }] }));
  expect((await session.events()).at(-1)!.data).toMatchObject({
    type: "agent_event",
    name: "FutureHook",
    extra: { answer: [1, { deep: true }] },
  });
});
