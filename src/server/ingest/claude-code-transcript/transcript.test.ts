import { expect, test } from "vitest";
import { transcriptSession } from "../../testing/transcript-fixture.js";
import {
  answerLine,
  at,
  costLine,
  otherLine,
  promptLine,
  resultLine,
  systemLine,
  text,
  thinking,
  use,
  userLine,
} from "../../testing/transcript-lines.js";

test("tells a turn: prompt, thoughts, words, a call with its result and how long it took", async () => {
  const session = transcriptSession();
  await session.read(
    promptLine(1, "p", "go"),
    answerLine(2, [thinking("hm"), text("I go."), use("c")]),
    resultLine(5, "c", "out", { toolUseResult: { stdout: "out" } }),
    answerLine(6, [text("Done.")], { stop: "end_turn" }),
    systemLine(7, "turn_duration"),
  );
  expect((await session.text()).slice(2).map((line) => line.replace(/ model_call .*/, " model_call"))).toEqual([
    'user_prompt turn="p" text="go" from="person" extra={permission_mode: "default"}',
    expect.stringContaining("model_call"),
    'thinking turn="p" text="hm"',
    'assistant_message turn="p" text="I go." model="claude-opus-5-5"',
    'bash_exec turn="p" tool="Bash" toolCallId="c" input={command: "c"}',
    'tool_result turn="p" toolCallId="c" tool="Bash" status="ok" result={stdout: "out"} durationMs=3000',
    expect.stringContaining("model_call"),
    'assistant_message turn="p" text="Done." model="claude-opus-5-5"',
    'turn_end turn="p" status="ok"',
  ]);
});

test("counts an answer once whose lines repeat its usage, with the highest figures", async () => {
  const session = transcriptSession();
  const of = (second: number, output: number) =>
    answerLine(second, [text(`${second}`)], { message: "m", request: "r", output });
  await session.read(promptLine(1, "p"), of(2, 3), of(3, 3), of(4, 50), of(5, 50));
  const { metadata } = await session.session();
  expect(metadata.tokenUsage).toEqual({ input: 100, output: 50, total: 150 });
  expect(metadata["usage"]).toMatchObject({ calls: 1 });
});

test("tells cache writes of 5 minutes from those of an hour", async () => {
  const session = transcriptSession();
  const usage = {
    input_tokens: 1,
    output_tokens: 2,
    cache_read_input_tokens: 3,
    cache_creation_input_tokens: 11,
    cache_creation: { ephemeral_5m_input_tokens: 4, ephemeral_1h_input_tokens: 7 },
    output_tokens_details: { thinking_tokens: 1 },
  };
  await session.read(promptLine(1, "p"), answerLine(2, [text("x")], { usage }));
  expect((await session.session()).metadata.tokenUsage).toEqual({
    input: 1,
    output: 2,
    cacheRead: 3,
    cacheWrite5m: 4,
    cacheWrite1h: 7,
    reasoning: 1,
    total: 17,
  });
});

test.for([
  ["denied", { is_error: true, permissionDecision: { decision: "reject" }, toolDenialKind: "user-rejected" }, "no"],
  ["interrupted", { is_error: true, toolDenialKind: "user-rejected" }, "The user doesn't want to proceed"],
  ["rejected", { is_error: true }, "<tool_use_error>InputValidationError: no</tool_use_error>"],
  ["interrupted", { toolUseResult: { interrupted: true } }, ""],
  ["error", { is_error: true }, "Exit code 3"],
  ["ok", {}, "fine"],
] as const)("tells of a call that it was %s", async ([status, more, content]) => {
  const session = transcriptSession();
  await session.read(promptLine(1, "p"), answerLine(2, [use("c")]), resultLine(3, "c", content, more));
  const results = (await session.events()).filter(({ data }) => data["type"] === "tool_result");
  expect(results.map(({ data }) => data["status"])).toEqual([status]);
});

test("tells that a person broke a turn off, and that the next prompt did", async () => {
  const session = transcriptSession();
  await session.read(
    promptLine(1, "p"),
    answerLine(2, [use("a")]),
    userLine(3, [text("[Request interrupted by user]")], { promptId: "p" }),
    promptLine(4, "q"),
    answerLine(5, [use("b")]),
    promptLine(6, "r"),
  );
  const lines = await session.text();
  expect(lines.filter((line) => /^(turn_end|tool_result)/.test(line))).toEqual([
    'tool_result turn="p" toolCallId="a" tool="Bash" status="interrupted" presumed=true error={message: "The turn was interrupted."}',
    'turn_end turn="p" status="interrupted"',
    'tool_result turn="q" toolCallId="b" tool="Bash" status="interrupted" presumed=true error={message: "The next prompt came before its result."}',
    'turn_end turn="q" status="interrupted"',
  ]);
});

test("knows a person's slash command from one that was run on the spot, and shells from prompts", async () => {
  const session = transcriptSession();
  const command = (name: string, args = "") =>
    `<command-name>${name}</command-name>\n<command-message>x</command-message>\n<command-args>${args}</command-args>`;
  await session.read(
    userLine(1, command("/review", "all of it"), { promptId: "p" }),
    userLine(2, "You are a reviewer. Do this and that.", { isMeta: true, promptId: "p" }),
    userLine(3, "<local-command-caveat>The command below</local-command-caveat>", { isMeta: true }),
    userLine(4, command("/model", "opus"), { promptId: "q" }),
    userLine(5, "<local-command-stdout>Set model</local-command-stdout>", { promptId: "q" }),
    userLine(6, "<bash-input>ls</bash-input>", { promptId: "r" }),
    userLine(7, "<bash-stdout>a b</bash-stdout><bash-stderr></bash-stderr>", { promptId: "r" }),
    promptLine(8, "t", "and now this"),
  );
  expect((await session.text()).filter((line) => /^(user_prompt|agent_event)/.test(line))).toEqual([
    'user_prompt turn="p" text="/review all of it" from="command"',
    'agent_event turn="q" name="local_command" extra={command: "/model", args: "opus"}',
    'agent_event turn="q" name="local_command" extra={output: "Set model"}',
    'agent_event turn="r" name="local_command" extra={command: "ls"}',
    'agent_event turn="r" name="local_command" extra={output: "a b"}',
    'user_prompt turn="t" text="and now this" from="person" extra={permission_mode: "default"}',
  ]);
});

test("leaves out what the vendor says, and keeps what a person gave and what is not known, within bounds", async () => {
  const session = transcriptSession();
  const attachment = (content: object) => otherLine("attachment", { attachment: { ...content }, timestamp: at(2) });
  await session.read(
    promptLine(1, "p"),
    attachment({ type: "environment", text: "VENDOR" }),
    attachment({ type: "queued_command", prompt: "and that", commandMode: "prompt" }),
    attachment({ type: "file", filename: "/a.txt", content: "VENDOR" }),
    otherLine("api-request-blob", { message: "VENDOR" }),
    otherLine("file-history-snapshot", { snapshot: "VENDOR" }),
    userLine(3, "<system-reminder>VENDOR</system-reminder>", { isMeta: true }),
    answerLine(4, [text("VENDOR")], { model: "<synthetic>" }),
    otherLine("pr-link", { prNumber: 7, prUrl: "https://example.com/7" }),
    otherLine("brand-new", { blob: "x ".repeat(50_000) }),
    systemLine(5, "api_error", { error: { message: "Overloaded" }, retryAttempt: 2 }),
  );
  const lines = (await session.text()).slice(3);
  expect(lines).toEqual([
    'agent_event turn="p" name="queued_command" extra={prompt: "and that", commandMode: "prompt"}',
    'agent_event turn="p" name="file" extra={filename: "/a.txt"}',
    'agent_event turn="p" name="pr-link" extra={prNumber: 7, prUrl: "https://example.com/7"}',
    expect.stringMatching(/^agent_event turn="p" name="brand-new" extra=\{text: /),
    'agent_event turn="p" name="api_error" reason="attempt 2" extra={error: {message: "Overloaded"}, retryAttempt: 2}',
  ]);
  expect(JSON.stringify(await session.events())).not.toContain("VENDOR");
  expect(JSON.stringify(await session.events()).length).toBeLessThan(40_000);
});

test("keeps a result's text within bounds, and no picture's bytes", async () => {
  const session = transcriptSession();
  const toolUseResult = { file: { base64: "A".repeat(500_000) }, text: "word ".repeat(200_000) };
  await session.read(promptLine(1, "p"), answerLine(2, [use("c", "Read")]), resultLine(3, "c", "x", { toolUseResult }));
  const [result] = (await session.events()).filter(({ data }) => data["type"] === "tool_result");
  expect(result!.data["result"]).toEqual({
    file: { base64: "[500000 characters of base64]" },
    text: expect.stringMatching(/^word .*… \[cut: 1000000 characters in all\]$/s),
  });
});

test("keeps tasks and to-do lists as goals, and does not take them back when read again", async () => {
  const session = transcriptSession();
  const todos = (status: string) => ({ todos: [{ content: "x", status, activeForm: "x" }] });
  const lines = [
    promptLine(1, "p"),
    answerLine(2, [use("a", "TodoWrite", todos("pending")), use("t", "TaskCreate", { subject: "Ship" })]),
    resultLine(3, "a", "ok", { toolUseResult: { oldTodos: [] } }),
    resultLine(4, "t", "ok", { toolUseResult: { task: { id: "1", subject: "Ship" } } }),
    answerLine(5, [use("b", "TodoWrite", todos("completed"))]),
    resultLine(6, "b"),
  ];
  await session.read(...lines);
  const { goals } = (await session.session()).state;
  expect(goals.map(({ goalId, status }) => [goalId, status])).toEqual([
    ["todo:x", "completed"],
    ["task:1", "pending"],
  ]);
  session.again();
  expect(await session.read(...lines)).toBe(0);
});

test("titles the session by what a person called it, else by what was made up for it", async () => {
  const session = transcriptSession();
  await session.read(
    otherLine("summary", { summary: "A summary" }),
    promptLine(1, "p"),
    otherLine("ai-title", { aiTitle: "Made up" }),
  );
  expect((await session.session()).metadata["title"]).toBe("Made up");
  await session.read(otherLine("custom-title", { customTitle: "Mine" }), otherLine("ai-title", { aiTitle: "Other" }));
  expect((await session.session()).metadata["title"]).toBe("Mine");
  expect((await session.events())[0]).toMatchObject({ type: "session_created", timestamp: at(1) });
});

test("reads what older releases write: prompts without ids, subagents between the main agent's lines", async () => {
  const session = transcriptSession();
  const side = { isSidechain: true, promptId: null };
  const task = { subagent_type: "explorer", description: "Look", prompt: "look around" };
  await session.read(
    userLine(1, "go"),
    answerLine(2, [use("t", "Task", task)]),
    userLine(3, "look around", { ...side, parentUuid: null, uuid: "c1" }),
    answerLine(4, [text("I look."), use("b")], { more: { ...side, parentUuid: "c1", uuid: "c2" } }),
    userLine(5, [{ type: "tool_result", tool_use_id: "b", content: "x" }], { ...side, parentUuid: "c2", uuid: "c3" }),
    resultLine(6, "t", [text("found")], { toolUseResult: { status: "completed", content: [text("found")] } }),
  );
  const { state, metadata } = await session.session();
  expect(state.agents).toMatchObject([
    { agentId: "sidechain-c1", type: "explorer", task: "Look", toolCallId: "t", status: "completed", result: "found" },
  ]);
  expect(metadata.metrics).toMatchObject({ bashCommands: 1, agentsSpawned: 1 });
  const lines = await session.text();
  expect(lines).toContain('user_prompt turn="u-1" text="go" from="person"');
  expect(lines.filter((line) => line.includes('agentId="sidechain-c1"')).map((line) => line.split(" ")[0])).toEqual([
    "agent_spawned",
    "model_call",
    "assistant_message",
    "bash_exec",
    "tool_result",
    "agent_completed",
  ]);
});

test("links a session that /clear began, and one that was forked, and leaves out what a fork copied", async () => {
  const cleared = transcriptSession("s-1");
  await cleared.read(
    userLine(1, "<command-name>/clear</command-name>"),
    promptLine(2, "p"),
    answerLine(3, [text("x")], { more: { session_id: "s-0" } }),
  );
  expect((await cleared.session()).metadata.parentSession).toBe("s-0");
  const fork = transcriptSession("s-2", { copies: new Set(["u-1", "a-2"]), parentSession: "s-1" });
  await fork.read(promptLine(1, "p", "old"), answerLine(2, [text("old")]), promptLine(3, "p", "new"), costLine(5));
  expect((await fork.session()).metadata).toMatchObject({ parentSession: "s-1", cost: 0 });
  expect((await fork.text()).filter((line) => line.startsWith("user_prompt"))).toEqual([
    expect.stringContaining('text="new"'),
  ]);
  const branch = transcriptSession("s-3");
  await branch.read(
    promptLine(1, "p", "old", { forkedFrom: { sessionId: "s-1", messageUuid: "u-1" } }),
    promptLine(3, "q", "new"),
  );
  expect((await branch.session()).metadata.parentSession).toBe("s-1");
});

test("tells two prompts that carry one id", async () => {
  const session = transcriptSession();
  await session.read(promptLine(1, "p", "one"), promptLine(2, "p", "two"));
  const prompts = (await session.events()).filter(({ data }) => data["type"] === "user_prompt");
  expect(prompts.map(({ data }) => data["text"])).toEqual(["one", "two"]);
});
