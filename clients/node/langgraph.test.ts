import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { FakeListChatModel } from "@langchain/core/utils/testing";
import { Command, END, interrupt, MemorySaver, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { expect, test } from "vitest";
import * as z from "zod";
import type { SessionEvent } from "../../src/core/event.js";
import { startTestServer, type TestServer } from "../../src/server/testing/test-server.js";
import { HookAgent } from "./src/agent.js";
import { SessionCallback } from "./src/langgraph.js";

type Data = Record<string, unknown>;

/** A chat model without a network: each answer is a message of its own, with tokens as providers count them. */
class CountingModel extends FakeListChatModel {
  private answers = 0;

  override async _generate(...args: Parameters<FakeListChatModel["_generate"]>) {
    const result = await super._generate(...args);
    const [generation] = result.generations;
    generation!.message = new AIMessage({
      id: `msg_${++this.answers}`,
      content: generation!.text,
      usage_metadata: {
        input_tokens: 100,
        output_tokens: 5,
        total_tokens: 105,
        input_token_details: { cache_read: 60, cache_creation: 10 },
        output_token_details: { reasoning: 2 },
      },
      response_metadata: { model_name: "fake-1", finish_reason: "stop" },
    });
    return result;
  }
}

const search = tool(async ({ q }: { q: string }) => `found ${q}`, {
  name: "search",
  description: "Searches.",
  schema: z.object({ q: z.string() }),
});

async function observe(
  server: TestServer,
  run: (callback: SessionCallback) => Promise<unknown>,
): Promise<SessionEvent[]> {
  const agent = new HookAgent({ sessionId: "s1", url: server.url, spool: false, heartbeatMs: 0, onWarning: fail });
  await run(new SessionCallback({ agent }));
  await agent.close();
  return (await server.call("GET", "/api/sessions/s1/events?after=1")).body;
}

function fail(line: string): void {
  throw new Error(line);
}

function dataOf(events: SessionEvent[], type: string): Data[] {
  return events.filter(({ data }) => data["type"] === type).map(({ data }) => data);
}

test("tells of a graph's nodes, tools, model calls and tokens", async () => {
  await using server = await startTestServer();
  const model = new CountingModel({ responses: ["I will search."] });
  const graph = new StateGraph(MessagesAnnotation)
    .addNode("plan", async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addNode("act", async () => {
      await search.invoke({ type: "tool_call", id: "call_1", name: "search", args: { q: "tea" } });
      return { messages: [] };
    })
    .addNode("report", async () => ({ messages: [new AIMessage("done")] }))
    .addEdge(START, "plan")
    .addEdge("plan", "act")
    .addConditionalEdges("act", () => "report")
    .addEdge("report", END)
    .compile();

  const events = await observe(server, (callback) =>
    graph.invoke({ messages: [new HumanMessage("Find tea")] }, { callbacks: [callback] }),
  );

  expect(events.map(({ type, data }) => [type, data["type"], data["name"] ?? data["tool"]])).toEqual([
    ["action", "user_prompt", undefined],
    ["action", "step_start", "LangGraph"],
    ["action", "step_start", "plan"],
    ["response", "model_call", undefined],
    ["response", "assistant_message", undefined],
    ["response", "step_end", "plan"],
    ["action", "step_start", "act"],
    ["action", "tool_call", "search"],
    ["response", "tool_result", "search"],
    ["response", "step_end", "act"],
    ["action", "step_start", "report"],
    ["response", "step_end", "report"],
    ["response", "step_end", "LangGraph"],
    ["response", "turn_end", undefined],
  ]);
  const [root, plan, act] = dataOf(events, "step_start");
  const turn = root!["stepId"];
  expect(events.every(({ data }) => data["turn"] === turn && data["source"] === "langgraph")).toBe(true);
  expect(plan).toMatchObject({ parentStepId: turn });
  expect(dataOf(events, "user_prompt")).toMatchObject([{ text: "Find tea", from: "person" }]);
  expect(dataOf(events, "model_call")).toMatchObject([
    {
      callId: "msg_1",
      model: "fake-1",
      stopReason: "stop",
      step: plan!["stepId"],
      tokens: { input: 30, output: 5, cacheRead: 60, cacheWrite5m: 10, reasoning: 2 },
    },
  ]);
  expect(dataOf(events, "tool_call")).toMatchObject([
    { toolCallId: "call_1", tool: "search", input: { q: "tea" }, step: act!["stepId"] },
  ]);
  expect(dataOf(events, "tool_result")).toMatchObject([{ toolCallId: "call_1", status: "ok", result: "found tea" }]);
  expect(dataOf(events, "turn_end")).toMatchObject([{ status: "ok" }]);
  const { metadata } = (await server.call("GET", "/api/sessions/s1")).body;
  expect(metadata).toMatchObject({ model: "fake-1", metrics: { toolCalls: 1 } });
});

test("tells of nodes that run side by side, and of sub-graphs, as agents", async () => {
  await using server = await startTestServer();
  const inner = new StateGraph(MessagesAnnotation)
    .addNode("look", async () => {
      await search.invoke({ type: "tool_call", id: "call_inner", name: "search", args: { q: "x" } });
      return { messages: [] };
    })
    .addEdge(START, "look")
    .addEdge("look", END)
    .compile();
  const graph = new StateGraph(MessagesAnnotation)
    .addNode("left", async () => {
      await search.invoke({ type: "tool_call", id: "call_left", name: "search", args: { q: "l" } });
      return { messages: [] };
    })
    .addNode("right", async () => ({ messages: [] }))
    .addNode("deep", inner)
    .addEdge(START, "left")
    .addEdge(START, "right")
    .addEdge(["left", "right"], "deep")
    .addEdge("deep", END)
    .compile();

  const events = await observe(server, (callback) => graph.invoke({ messages: [] }, { callbacks: [callback] }));

  const { agents } = (await server.call("GET", "/api/state/s1")).body as { agents: Data[] };
  expect(agents.map(({ type, status }) => [type, status])).toEqual([
    ["left", "completed"],
    ["right", "completed"],
    ["deep", "completed"],
  ]);
  const agentOf = (name: string) => agents.find(({ type }) => type === name)!["agentId"];
  const calls = dataOf(events, "tool_call");
  expect(calls.map(({ toolCallId, agentId }) => [toolCallId, agentId])).toEqual([
    ["call_left", agentOf("left")],
    ["call_inner", agentOf("deep")],
  ]);
});

test("tells of errors where they happened, and leaves them to the caller", async () => {
  await using server = await startTestServer();
  const broken = tool(
    async () => {
      throw new TypeError("no such index");
    },
    { name: "broken", description: "Fails.", schema: z.object({}) },
  );
  const graph = new StateGraph(MessagesAnnotation)
    .addNode("bad", async () => {
      await broken.invoke({ type: "tool_call", id: "call_1", name: "broken", args: {} });
      return { messages: [] };
    })
    .addEdge(START, "bad")
    .compile();

  const events = await observe(server, async (callback) => {
    await expect(graph.invoke({ messages: [] }, { callbacks: [callback] })).rejects.toThrow("no such index");
  });

  const error = { message: "no such index", type: "TypeError" };
  expect(dataOf(events, "tool_result")).toMatchObject([{ status: "error", error }]);
  expect(dataOf(events, "step_end")).toMatchObject([
    { name: "bad", status: "error", error },
    { name: "LangGraph", status: "error", error },
  ]);
  expect(dataOf(events, "turn_end")).toMatchObject([{ status: "error", error }]);
});

test("tells of a question to a person, once, and of its answer", async () => {
  await using server = await startTestServer();
  const graph = new StateGraph(MessagesAnnotation)
    .addNode("ask", async () => {
      interrupt({ question: "Go on?" });
      return { messages: [] };
    })
    .addEdge(START, "ask")
    .compile({ checkpointer: new MemorySaver() });
  const thread = { configurable: { thread_id: "t1" } };

  const events = await observe(server, async (callback) => {
    await graph.invoke({ messages: [] }, { ...thread, callbacks: [callback] });
    await graph.invoke(new Command({ resume: "yes" }), { ...thread, callbacks: [callback] });
  });

  expect(dataOf(events, "wait_started")).toMatchObject([{ kind: "answer", message: '{"question":"Go on?"}' }]);
  expect(dataOf(events, "wait_ended")).toMatchObject([{ kind: "answer", outcome: "answered" }]);
  expect(dataOf(events, "turn_end").map(({ status }) => status)).toEqual(["interrupted", "ok"]);
  expect(dataOf(events, "step_end").map(({ name, status }) => [name, status])).toEqual([
    ["ask", "interrupted"],
    ["LangGraph", "ok"],
    ["ask", "ok"],
    ["LangGraph", "ok"],
  ]);
});

test("keeps a tool call that is made again apart from the first", async () => {
  await using server = await startTestServer();
  const events = await observe(server, async (callback) => {
    const call = { type: "tool_call" as const, id: "call_1", name: "search", args: { q: "tea" } };
    await search.invoke(call, { callbacks: [callback] });
    await search.invoke(call, { callbacks: [callback] });
  });
  const ids = dataOf(events, "tool_result").map(({ toolCallId }) => String(toolCallId));
  expect(ids).toEqual(["call_1", expect.stringMatching(/^call_1:/)]);
});

test("is a handler for plain LangChain too", async () => {
  await using server = await startTestServer();
  const model = new CountingModel({ responses: ["Hello."] });
  const events = await observe(server, (callback) => model.invoke("Hi", { callbacks: [callback] }));
  expect(events.map(({ data }) => data["type"])).toEqual(["model_call", "assistant_message"]);
});
