import { expect, test } from "vitest";
import { hook, hookSession, permission, post, pre, prompt, stop } from "../testing/hook-session.js";

async function results(session: ReturnType<typeof hookSession>) {
  const events = await session.events();
  return events.flatMap(({ data, type }) =>
    type === "response" && data["type"] === "tool_result"
      ? [[data["toolCallId"], data["status"], (data["error"] as { message: string } | undefined)?.message]]
      : [],
  );
}

test("pairs parallel calls with their results, in whatever order these come", async () => {
  const session = hookSession();
  await session.send(prompt("p"), pre("a"), pre("b"), post("b"), post("a"));
  expect(await results(session)).toEqual([
    ["b", "ok", undefined],
    ["a", "ok", undefined],
  ]);
});

test("tells of a call whose start was missed, before its result", async () => {
  const session = hookSession();
  await session.send(post("a"));
  expect((await session.text(1)).map((line) => line.split(" ")[0])).toEqual(["bash_exec", "tool_result"]);
  expect((await session.session())!.metadata.metrics.bashCommands).toBe(1);
});

test("tells a call stopped by a person from one that failed", async () => {
  const session = hookSession();
  const failure = (id: string, more = {}) =>
    post(id, "Bash", { command: id }, { hook_event_name: "PostToolUseFailure", error: "no", ...more });
  await session.send(pre("a"), failure("a"), pre("b"), failure("b", { is_interrupt: true }));
  expect(await results(session)).toEqual([
    ["a", "error", "no"],
    ["b", "interrupted", "no"],
  ]);
});

test("takes a call that only the batch knows for one that was rejected", async () => {
  const session = hookSession();
  const call = {
    tool_name: "Edit",
    tool_input: {},
    tool_use_id: "a",
    tool_response: "<tool_use_error>InputValidationError: no",
  };
  await session.send(prompt("p"), hook("PostToolBatch", { tool_calls: [call] }));
  expect(await results(session)).toEqual([["a", "rejected", "<tool_use_error>InputValidationError: no"]]);
  expect((await session.session())!.metadata.metrics.filesModified).toBe(1);
});

test("closes what a rule refused with the reason that the model was given", async () => {
  const session = hookSession();
  const answer = [{ type: "text", text: "Blocked by policy" }];
  const call = { tool_name: "Bash", tool_input: {}, tool_use_id: "a", tool_response: answer };
  await session.send(prompt("p"), pre("a"), hook("PostToolBatch", { tool_calls: [call] }));
  expect(await results(session)).toEqual([["a", "denied", "Blocked by policy"]]);
});

test("tells what a hook of the user's refused from what the tool did not take", async () => {
  const session = hookSession();
  const answer = "<tool_use_error>PreToolUse:Bash hook error: [guard.sh]: not here</tool_use_error>";
  const call = { tool_name: "Bash", tool_input: {}, tool_use_id: "a", tool_response: answer };
  await session.send(prompt("p"), pre("a"), hook("PostToolBatch", { tool_calls: [call] }));
  expect(await results(session)).toEqual([["a", "denied", answer]]);
});

test("closes a call that an automatic check refused", async () => {
  const session = hookSession();
  await session.send(
    pre("a"),
    hook("PermissionDenied", { tool_use_id: "a", tool_name: "Bash", tool_input: {}, reason: "risky" }),
  );
  expect(await results(session)).toEqual([["a", "denied", "risky"]]);
});

test("closes an open call at the next prompt: stopped, or declined where a permission was asked for", async () => {
  const session = hookSession();
  await session.send(prompt("p"), pre("a"), pre("b"), permission("b"), prompt("q"));
  expect(await results(session)).toEqual([
    ["a", "interrupted", "The next prompt came before its result."],
    ["b", "denied", "The permission was not given."],
  ]);
});

test("closes a call as lost where the turn ends without its result", async () => {
  const session = hookSession();
  await session.send(prompt("p"), pre("a"), stop());
  expect(await results(session)).toEqual([["a", "lost", "The turn ended, and no result was told."]]);
});

test("keeps a result that comes after all, beside the one that was presumed", async () => {
  const session = hookSession();
  await session.send(prompt("p"), pre("a"), stop(), post("a"), post("a"));
  expect((await results(session)).map(([, status]) => status)).toEqual(["lost", "ok"]);
});

test("passes over a start that comes again after the result", async () => {
  const session = hookSession();
  await session.send(pre("a"), post("a"), pre("a"), post("a"));
  expect(await session.text(1)).toHaveLength(2);
});

test("waits for a permission, with what would run, until the call goes on", async () => {
  const session = hookSession();
  await session.send(prompt("p"), pre("a"), permission("a"));
  const waiting = (await session.session())!.metadata.liveness;
  expect(waiting).toMatchObject({
    status: "waiting",
    waitingFor: { kind: "permission", tool: "Bash", input: { command: "a" }, toolCallId: "a" },
  });
  await session.send(post("a"));
  expect((await session.session())!.metadata.liveness).toMatchObject({ status: "running", waitingFor: null });
  expect((await session.text()).filter((line) => line.startsWith("wait_ended"))).toEqual([
    'wait_ended turn="p" kind="permission" outcome="allowed" toolCallId="a"',
  ]);
});

test("waits on where one of two permissions is given, and holds nothing of the other", async () => {
  const session = hookSession();
  await session.send(prompt("p"), pre("a"), pre("b", "Bash", { command: "b", timeout: 5 }));
  await session.send(permission("a"), permission("b", { tool_input: { command: "b", timeout: 5 } }), post("b"));
  const { waitingFor } = (await session.session())!.metadata.liveness;
  expect(waitingFor).toMatchObject({ toolCallId: "a", input: { command: "a" } });
  expect(waitingFor).not.toHaveProperty("input.timeout");
});

test("goes on waiting while a subagent works", async () => {
  const session = hookSession();
  await session.send(prompt("p"), hook("SubagentStart", { agent_id: "x", agent_type: "t" }), pre("a"), permission("a"));
  await session.send(pre("b", "Bash", {}, { agent_id: "x" }), post("b", "Bash", {}, { agent_id: "x" }));
  expect((await session.session())!.metadata.liveness.status).toBe("waiting");
});

test("shows an input that looks like a sum as it is", async () => {
  const session = hookSession();
  await session.send(prompt("p"), pre("a", "Bash", { command: "+5" }), permission("+5"));
  expect((await session.session())!.metadata.liveness["waitingFor"]).toMatchObject({ input: { command: " +5" } });
});

test("waits for an answer while the agent asks a question", async () => {
  const session = hookSession();
  const input = { questions: [{ question: "Which one?" }] };
  await session.send(prompt("p"), pre("a", "AskUserQuestion", input));
  await session.send(permission("", { tool_name: "AskUserQuestion", tool_input: input }));
  const { liveness } = (await session.session())!.metadata;
  expect(liveness).toMatchObject({ status: "waiting", waitingFor: { kind: "answer", message: "Which one?" } });
  expect((await session.text()).filter((line) => line.startsWith("wait_started"))).toHaveLength(1);
});

test("names the kinds of tools by what they do", async () => {
  const session = hookSession();
  await session.send(
    ...["Write", "NotebookEdit", "mcp__github__get", "Task", "Grep"].map((tool, n) => pre(`t${n}`, tool)),
  );
  const types = (await session.events()).filter(({ type }) => type === "action").map(({ data }) => data["type"]);
  expect(types).toEqual(["file_write", "file_edit", "mcp_call", "task_spawn", "tool_call"]);
});
