import { describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../testing/test-server.js";
import { logsOf, send, told, type LogSketch } from "./testing.js";

const sessionId = "s1";
/** Of the sketches' time 0. */
const start = 1_795_387_669_000;

function at(milliseconds: number): string {
  return new Date(start + milliseconds).toISOString();
}

async function hook(server: TestServer, source: string, milliseconds: number, input: object): Promise<void> {
  const timestamp = at(milliseconds);
  const body = { session_id: sessionId, cwd: "/work", timestamp, ...input };
  const headers = { "content-type": "application/json", "x-event-time": timestamp };
  expect((await server.call("POST", `/hooks/${source}`, body, { headers })).status).toBe(200);
}

async function logs(server: TestServer, ...sketches: LogSketch[]): Promise<void> {
  const named = sketches.map((log) => ({ ...log, attributes: { "session.id": sessionId, ...log.attributes } }));
  expect((await send(server, logsOf(named))).status).toBe(200);
}

async function prompts(server: TestServer): Promise<unknown[]> {
  return (await told(server, sessionId, "user_prompt")).map(({ text }) => text);
}

function geminiPrompt(prompt: string, milliseconds: number, promptId = `p-${milliseconds}`): LogSketch {
  return { name: "gemini_cli.user_prompt", at: milliseconds, attributes: { prompt, prompt_id: promptId } };
}

function geminiCall(command: string, milliseconds: number, promptId = "p-0"): LogSketch {
  const attributes = { function_name: "run_shell_command", function_args: JSON.stringify({ command }), success: true };
  const ran = { ...attributes, duration_ms: 100, prompt_id: promptId };
  return { name: "gemini_cli.tool_call", at: milliseconds, attributes: ran };
}

describe("Gemini CLI, told by telemetry alone", () => {
  test("has each of two prompts and calls that are the same", async () => {
    await using server = await startTestServer();
    await logs(server, geminiPrompt("go on", 0), geminiCall("make", 500));
    await logs(server, geminiPrompt("go on", 1_000), geminiCall("make", 1_500));
    expect(await prompts(server)).toEqual(["go on", "go on"]);
    expect(await told(server, sessionId, "bash_exec")).toHaveLength(2);
    expect(await told(server, sessionId, "tool_result")).toHaveLength(2);
  });

  test("has each prompt where every one has the session's id", async () => {
    await using server = await startTestServer();
    await logs(server, geminiPrompt("one", 0, sessionId));
    await logs(server, geminiPrompt("two", 9_000, sessionId));
    expect(await prompts(server)).toEqual(["one", "two"]);
  });
});

describe("Gemini CLI, told by hooks as well", () => {
  const call = { tool_name: "run_shell_command", tool_input: { command: "make" } };

  test("has what hooks missed from telemetry, in its own turn", async () => {
    await using server = await startTestServer();
    await hook(server, "gemini", 0, { hook_event_name: "BeforeAgent", prompt: "one" });
    await hook(server, "gemini", 100, { hook_event_name: "BeforeTool", ...call });
    await hook(server, "gemini", 200, { hook_event_name: "AfterTool", ...call, tool_response: {} });
    await logs(server, geminiPrompt("one", 0), geminiCall("make", 210), geminiCall("make test", 900));
    await logs(server, geminiPrompt("two", 60_000), geminiCall("make", 61_000, "p-60000"));
    expect(await prompts(server)).toEqual(["one", "two"]);
    const calls = await told(server, sessionId, "bash_exec");
    expect(calls.map(({ input, turn }) => [input, turn])).toEqual([
      [{ command: "make" }, `turn-${at(0)}`],
      [{ command: "make test" }, `turn-${at(0)}`],
      [{ command: "make" }, "p-60000"],
    ]);
  });

  test("has a call once that telemetry tells of while its hook is on the way", async () => {
    await using server = await startTestServer();
    await hook(server, "gemini", 0, { hook_event_name: "BeforeAgent", prompt: "one" });
    await hook(server, "gemini", 100, { hook_event_name: "BeforeTool", ...call });
    await logs(server, geminiCall("make", 210));
    await hook(server, "gemini", 200, { hook_event_name: "AfterTool", ...call, tool_response: { output: "built" } });
    expect(await told(server, sessionId, "tool_result")).toMatchObject([{ status: "ok", result: { output: "built" } }]);
  });
});

describe("Claude Code", () => {
  const redacted = (milliseconds: number, promptId = "p1"): LogSketch => ({
    name: "claude_code.user_prompt",
    at: milliseconds,
    attributes: { prompt: "<REDACTED>", "prompt.id": promptId },
  });
  const prompt = { hook_event_name: "UserPromptSubmit", prompt_id: "p1", prompt: "mend it" };
  const registered = { name: "claude_code.hook_registered", attributes: { hook_event: "UserPromptSubmit" } };

  test("has its redacted prompts where nothing else tells of them", async () => {
    await using server = await startTestServer();
    await logs(server, redacted(0));
    expect(await prompts(server)).toEqual(["<REDACTED>"]);
  });

  test("has its prompt once, with its text, in whichever order the two come", async () => {
    await using server = await startTestServer();
    await logs(server, registered, redacted(0));
    await hook(server, "claude-code", 10, prompt);
    await logs(server, redacted(20));
    await logs(server, redacted(30, "p2"));
    await hook(server, "claude-code", 30, { ...prompt, prompt_id: "p2", prompt: "and test it" });
    expect(await prompts(server)).toEqual(["mend it", "and test it"]);
  });

  test("corrects a redacted prompt where a hook comes that nobody knew of", async () => {
    await using server = await startTestServer();
    await logs(server, redacted(0));
    await hook(server, "claude-code", 10, prompt);
    await hook(server, "claude-code", 10, prompt);
    expect(await told(server, sessionId, "user_prompt")).toMatchObject([
      { text: "<REDACTED>", turn: "p1" },
      { text: "mend it", turn: "p1", eventId: "prompt:p1#2" },
    ]);
    expect(await told(server, sessionId, "turn_end")).toEqual([]);
  });

  test("tells what a tool gave, and what that means for goals, also where telemetry told first that it was well", async () => {
    await using server = await startTestServer();
    const todos = [{ content: "Mend it", status: "pending" }];
    const attributes = { tool_name: "TodoWrite", tool_use_id: "t1", success: "true", "prompt.id": "p1" };
    await hook(server, "claude-code", 0, prompt);
    await logs(server, { name: "claude_code.tool_result", at: 20, attributes });
    const call = { prompt_id: "p1", tool_name: "TodoWrite", tool_use_id: "t1", tool_input: { todos } };
    await hook(server, "claude-code", 20, { ...call, hook_event_name: "PostToolUse", tool_response: "written" });
    expect(await told(server, sessionId, "tool_result")).toMatchObject([
      { eventId: "tool-result:t1" },
      { eventId: "tool-result:t1#2", result: "written" },
    ]);
    expect(await told(server, sessionId, "goal_added")).toMatchObject([{ description: "Mend it" }]);
  });

  test("waits for no permission that telemetry told the refusal of before its hook came", async () => {
    await using server = await startTestServer();
    const call = { prompt_id: "p1", tool_name: "Bash", tool_input: { command: "touch x" } };
    const refused = { tool_name: "Bash", tool_use_id: "t1", decision: "reject", source: "config", "prompt.id": "p1" };
    await hook(server, "claude-code", 0, prompt);
    await hook(server, "claude-code", 1, { ...call, hook_event_name: "PreToolUse", tool_use_id: "t1" });
    await logs(server, { name: "claude_code.tool_decision", at: 3, attributes: refused });
    await hook(server, "claude-code", 2, { ...call, hook_event_name: "PermissionRequest" });
    expect(await told(server, sessionId, "tool_result")).toMatchObject([{ status: "denied" }]);
    expect(await told(server, sessionId, "wait_started")).toEqual([]);
  });

  test("leaves out that its hooks ran, unless there was trouble, and counts that", async () => {
    await using server = await startTestServer();
    const ran = (trouble: object): LogSketch => ({
      name: "claude_code.hook_execution_complete",
      attributes: { hook_event: "Stop", num_blocking: "0", ...trouble },
    });
    const response = { name: "claude_code.assistant_response", attributes: { response: "<REDACTED>" } };
    await logs(server, registered, { name: "claude_code.hook_execution_start" }, ran({}), response);
    await logs(server, ran({ num_blocking: "1" }), { name: "claude_code.something_new" });
    const names = (await told(server, sessionId, "agent_event")).map(({ name }) => name);
    expect(names.toSorted()).toEqual(["hook_execution_complete", "something_new"]);
    const { sources } = (await server.call("GET", "/api/ingest")).body;
    expect(sources).toMatchObject([{ source: "claude-code", leftOut: 4, dropped: 0 }]);
  });

  test("gives an agent its type and task once its hooks tell them", async () => {
    await using server = await startTestServer();
    const spawn = { description: "Look around", subagent_type: "scout" };
    await hook(server, "claude-code", 0, prompt);
    await hook(server, "claude-code", 1, {
      hook_event_name: "PreToolUse",
      tool_name: "Agent",
      tool_use_id: "t1",
      tool_input: spawn,
    });
    const ofAgent = { agent_id: "a1", "agent.name": "custom", query_source: "agent:custom", tool_name: "Bash" };
    await logs(server, { name: "claude_code.tool_decision", at: 2, attributes: ofAgent });
    await hook(server, "claude-code", 3, { hook_event_name: "SubagentStop", agent_id: "a1", agent_type: "scout" });
    const { state } = (await server.call("GET", `/api/sessions/${sessionId}`)).body;
    expect(state.agents).toMatchObject([{ type: "scout", task: "Look around", toolCallId: "t1", status: "completed" }]);
  });

  test("takes the start of an agent that telemetry told the end of for late, and a later one for another message", async () => {
    await using server = await startTestServer();
    const agent = { agent_id: "a1", agent_type: "scout" };
    await hook(server, "claude-code", 0, prompt);
    await logs(server, {
      name: "claude_code.subagent_completed",
      at: 5,
      attributes: { ...agent, agent_type: "custom" },
    });
    await hook(server, "claude-code", 2, { hook_event_name: "SubagentStart", ...agent });
    const stopped = { hook_event_name: "SubagentStop", ...agent, last_assistant_message: "found" };
    await hook(server, "claude-code", 4, stopped);
    expect(await told(server, sessionId, "agent_resumed")).toEqual([]);
    const { state } = (await server.call("GET", `/api/sessions/${sessionId}`)).body;
    expect(state.agents).toMatchObject([{ type: "scout", status: "completed", result: "found" }]);
    await hook(server, "claude-code", 60_000, { hook_event_name: "SubagentStart", ...agent });
    expect(await told(server, sessionId, "agent_resumed")).toMatchObject([{ agentId: "a1" }]);
  });
});
