import { expect, test } from "vitest";
import { startTestServer } from "../../testing/test-server.js";
import { logsOf, send, spanIdOf, spansOf, told, traceIdOf } from "./testing.js";

const s = { "session.id": "s" };

test("tells an agent of the GenAI conventions: model calls, tools, an agent inside it, prompt and answer", async () => {
  await using server = await startTestServer();
  const chat = {
    ...s,
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5",
  };
  const asked = [{ role: "user", parts: [{ type: "text", content: "Book a table" }] }];
  const answered = [
    {
      role: "assistant",
      parts: [
        { type: "reasoning", content: "Which one?" },
        { type: "text", content: "Done." },
      ],
    },
  ];
  await send(
    server,
    spansOf([
      {
        id: "b1",
        parent: "a1",
        at: [20, 80],
        attributes: { ...s, "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "booker" },
      },
      {
        id: "c2",
        parent: "b1",
        at: [30, 40],
        attributes: {
          ...s,
          "gen_ai.operation.name": "execute_tool",
          "gen_ai.tool.name": "search",
          "gen_ai.tool.call.id": "call-1",
          "gen_ai.tool.call.arguments": '{"q":"tables"}',
          "gen_ai.tool.call.result": { found: 2 },
        },
      },
      {
        id: "c1",
        parent: "a1",
        at: [1, 10],
        attributes: {
          ...chat,
          "gen_ai.response.model": "gpt-5-2026",
          "gen_ai.response.id": "resp-1",
          "gen_ai.response.finish_reasons": ["stop"],
          "gen_ai.usage.input_tokens": 100,
          "gen_ai.usage.output_tokens": 20,
          "gen_ai.usage.cache_read.input_tokens": 60,
          "gen_ai.input.messages": JSON.stringify(asked),
          "gen_ai.output.messages": answered,
          "gen_ai.system_instructions": "secret sauce",
        },
      },
      {
        id: "a1",
        at: [0, 100],
        attributes: { ...s, "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "waiter" },
      },
    ]),
  );
  const turn = traceIdOf();
  expect(await told(server, "s", "user_prompt")).toMatchObject([{ text: "Book a table", turn, from: "person" }]);
  expect(await told(server, "s", "model_call")).toMatchObject([
    {
      callId: "resp-1",
      model: "gpt-5-2026",
      provider: "openai",
      tokens: { input: 40, output: 20, cacheRead: 60 },
      stopReason: "stop",
      durationMs: 9,
      step: spanIdOf("a1"),
      turn,
    },
  ]);
  expect(await told(server, "s", "thinking", "assistant_message")).toMatchObject([
    { text: "Which one?" },
    { text: "Done." },
  ]);
  const agentId = spanIdOf("b1");
  expect(await told(server, "s", "tool_call", "tool_result")).toMatchObject([
    { toolCallId: "call-1", tool: "search", input: { q: "tables" }, agentId, step: agentId },
    { toolCallId: "call-1", status: "ok", result: { found: 2 }, durationMs: 10, agentId },
  ]);
  expect(await told(server, "s", "agent_spawned", "agent_completed")).toMatchObject([
    { agentId, type: "booker" },
    { agentId, status: "completed" },
  ]);
  expect(await told(server, "s", "step_start", "step_end")).toMatchObject([
    { stepId: spanIdOf("a1"), name: "waiter" },
    { stepId: spanIdOf("a1"), status: "ok" },
  ]);
  const { text } = await server.call("GET", "/api/sessions/s/events");
  expect(text).not.toContain("secret sauce");
});

test("understands the older names: gen_ai.system, prompt and completion tokens, messages by index, message events", async () => {
  await using server = await startTestServer();
  await send(
    server,
    spansOf([
      {
        id: "1",
        attributes: {
          ...s,
          "gen_ai.system": "anthropic",
          "gen_ai.request.model": "claude-opus-5-5",
          "gen_ai.usage.prompt_tokens": 10,
          "gen_ai.usage.completion_tokens": 2,
          "gen_ai.usage.cache_read_input_tokens": 500,
          "gen_ai.prompt.0.role": "system",
          "gen_ai.prompt.0.content": "Be kind",
          "gen_ai.prompt.1.role": "user",
          "gen_ai.prompt.1.content": "Hello",
          "gen_ai.completion.0.role": "assistant",
          "gen_ai.completion.0.content": "Hi!",
        },
      },
    ]),
  );
  // Of the same span: the choice is the answer that the span told, the other messages are history.
  const place = { span: "1", attributes: s };
  await send(
    server,
    logsOf([
      { name: "gen_ai.system.message", body: { content: "Be kind" }, ...place },
      { name: "gen_ai.user.message", body: { content: "Hello" }, ...place },
      { name: "gen_ai.choice", body: { index: 0, finish_reason: "stop", message: { content: "Hi!" } }, ...place },
      { name: "gen_ai.choice", body: { index: 1, message: { content: "Hey!" } }, ...place },
    ]),
  );
  expect(await told(server, "s", "user_prompt")).toMatchObject([{ text: "Hello" }]);
  expect(await told(server, "s", "assistant_message")).toMatchObject([{ text: "Hi!" }, { text: "Hey!" }]);
  expect(await told(server, "s", "model_call")).toMatchObject([
    { provider: "anthropic", tokens: { input: 10, output: 2, cacheRead: 500 }, cost: { source: "estimate" } },
  ]);
});

test("tells OpenInference: tools by the id of their call, agents, retrievers as steps, the source's own cost", async () => {
  await using server = await startTestServer();
  const kind = (name: string) => ({ ...s, "openinference.span.kind": name });
  await send(
    server,
    spansOf([
      {
        id: "3",
        parent: "2",
        name: "ChatOpenAI",
        at: [2, 3],
        attributes: {
          ...kind("LLM"),
          "llm.model_name": "gpt-5",
          "llm.token_count.prompt": 50,
          "llm.token_count.completion": 9,
          "llm.token_count.prompt_details.cache_read": 20,
          "llm.token_count.completion_details.reasoning": 4,
          "llm.cost.total": 0.25,
          "llm.input_messages.0.message.role": "user",
          "llm.input_messages.0.message.contents.0.message_content.type": "text",
          "llm.input_messages.0.message.contents.0.message_content.text": "Find it",
          "llm.output_messages.0.message.role": "assistant",
          "llm.output_messages.0.message.content": "Looking",
          "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "grep",
          "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"q":1}',
          "llm.output_messages.0.message.tool_calls.0.tool_call.id": "c1",
        },
      },
      {
        id: "4",
        parent: "2",
        name: "grep",
        at: [4, 5],
        failed: "boom",
        events: [{ name: "exception", attributes: { "exception.type": "IOError", "exception.message": "no file" } }],
        attributes: {
          ...kind("TOOL"),
          "tool.name": "grep",
          "tool_call.id": "c1",
          "input.value": '{"q":1}',
          "input.mime_type": "application/json",
        },
      },
      { id: "5", parent: "2", name: "docs", at: [6, 7], attributes: { ...kind("RETRIEVER"), "output.value": "[1,2]" } },
      {
        id: "2",
        parent: "1",
        name: "Researcher",
        at: [1, 8],
        attributes: { ...kind("AGENT"), "agent.name": "researcher", "user.id": "ann" },
      },
      { id: "1", name: "crew", at: [0, 9], attributes: kind("CHAIN") },
    ]),
  );
  const agentId = spanIdOf("2");
  expect(await told(server, "s", "user_prompt")).toMatchObject([{ text: "Find it" }]);
  expect(await told(server, "s", "model_call")).toMatchObject([
    {
      model: "gpt-5",
      agentId,
      tokens: { input: 30, output: 9, cacheRead: 20, reasoning: 4 },
      cost: { usd: 0.25, source: "agent" },
    },
  ]);
  expect(await told(server, "s", "assistant_message")).toMatchObject([
    { text: "Looking", extra: { toolCalls: [{ name: "grep", id: "c1", arguments: { q: 1 } }] } },
  ]);
  expect(await told(server, "s", "tool_call", "tool_result")).toMatchObject([
    { toolCallId: "c1", tool: "grep", input: { q: 1 } },
    { toolCallId: "c1", status: "error", error: { message: "no file", type: "IOError" } },
  ]);
  expect(await told(server, "s", "step_start")).toMatchObject([
    { name: "crew" },
    { name: "docs", parentStepId: agentId, agentId },
  ]);
  expect(await told(server, "s", "agent_spawned")).toMatchObject([
    { agentId, type: "researcher", step: spanIdOf("1") },
  ]);
  expect((await server.call("GET", "/api/sessions/s")).body.metadata).toMatchObject({ userId: "ann", cost: 0.25 });
});

test("keeps what it has no word for, where it is of a session", async () => {
  await using server = await startTestServer();
  await send(
    server,
    spansOf([
      {
        id: "1",
        name: "POST /v1/messages",
        at: [0, 7],
        failed: "reset",
        attributes: { ...s, "http.request.method": "POST" },
      },
      { id: "2", trace: "2", name: "GET /health" },
    ]),
  );
  await send(
    server,
    logsOf([{ name: "cache.miss", body: "no entry", attributes: { ...s, key: "k" } }, { name: "of nobody" }]),
  );
  expect(await told(server, "s", "agent_event")).toMatchObject([
    { name: "POST /v1/messages", extra: { "http.request.method": "POST", durationMs: 7, error: { message: "reset" } } },
    { name: "cache.miss", extra: { key: "k", body: "no entry" } },
  ]);
  expect((await server.call("GET", "/api/query/stats")).body.total).toBe(1);
});

test("tells a call's story in order, whichever way its spans come", async () => {
  await using server = await startTestServer();
  const step = { "openinference.span.kind": "CHAIN", ...s };
  await send(
    server,
    spansOf([
      { id: "3", parent: "2", name: "inner", at: [0, 9], attributes: step },
      { id: "2", parent: "1", name: "middle", at: [0, 9], attributes: step },
      { id: "1", name: "outer", at: [0, 9], attributes: step },
    ]),
  );
  const steps = await told(server, "s", "step_start", "step_end");
  expect(steps.map(({ name }) => name)).toEqual(["outer", "middle", "inner", "inner", "middle", "outer"]);
});
