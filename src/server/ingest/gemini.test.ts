import { expect, test } from "vitest";
import type { JsonObject } from "../../core/json.js";
import { hook, hookSession } from "../testing/hook-session.js";

let clock = 0;
const gemini = (name: string, more: JsonObject = {}) =>
  hook(name, { timestamp: new Date(1_000_000 + clock++).toISOString(), ...more });
const before = (command: string, tool = "run_shell_command") =>
  gemini("BeforeTool", { tool_name: tool, tool_input: { command } });
const after = (command: string, response: JsonObject = { llmContent: command }) =>
  gemini("AfterTool", { tool_name: "run_shell_command", tool_input: { command }, tool_response: response });
const answer = (text: string, finishReason?: string) =>
  gemini("AfterModel", {
    llm_request: { model: "g1", messages: [{ role: "user", content: "long" }] },
    llm_response: {
      candidates: [{ content: { role: "model", parts: [text] }, ...(finishReason && { finishReason }) }],
    },
  });

test("pairs calls of the same tool by their input, then by their order", async () => {
  const session = hookSession("gemini");
  await session.send(gemini("BeforeAgent", { prompt: "x" }), before("a"), before("b"), before("b"));
  await session.send(after("b", { llmContent: "1" }), after("a"), after("b", { error: { message: "no" } }));
  const events = await session.events();
  const calls = events.filter(({ data }) => data["type"] === "bash_exec").map(({ data }) => data["toolCallId"]);
  const results = events
    .filter(({ data }) => data["type"] === "tool_result")
    .map(({ data }) => [calls.indexOf(data["toolCallId"]), data["status"]]);
  expect(results).toEqual([
    [1, "ok"],
    [0, "ok"],
    [2, "error"],
  ]);
});

test("joins an answer that comes in pieces, and keeps nothing of the conversation that each repeats", async () => {
  const session = hookSession("gemini");
  await session.send(gemini("BeforeAgent", { prompt: "x" }), answer("one "), answer("two"), answer("", "STOP"));
  await session.send(gemini("AfterAgent", { prompt: "x", prompt_response: "one two" }));
  const events = await session.events();
  expect(events.flatMap(({ data }) => (data["type"] === "assistant_message" ? [data["text"]] : []))).toEqual([
    "one two",
  ]);
  expect(JSON.stringify(events)).not.toContain("long");
  expect((await session.session())!.metadata.model).toBe("g1");
});

test("waits for a permission, of the call that is open", async () => {
  const session = hookSession("gemini");
  await session.send(gemini("BeforeAgent", { prompt: "x" }), before("a"));
  await session.send(
    gemini("Notification", { notification_type: "ToolPermission", message: "Allow?", details: { type: "exec" } }),
  );
  expect((await session.session())!.metadata.liveness).toMatchObject({
    waitingFor: { kind: "permission", tool: "run_shell_command" },
  });
  await session.send(after("a"));
  expect((await session.session())!.metadata.liveness.status).toBe("running");
});

test("stamps events with the time that the hook tells", async () => {
  const session = hookSession("gemini");
  const at = "2026-01-31T09:30:00.000Z";
  await session.send(
    hook("SessionStart", { source: "startup", timestamp: at }),
    hook("SessionEnd", { reason: "exit", timestamp: at }),
  );
  expect(new Set((await session.events()).map(({ timestamp }) => timestamp))).toEqual(new Set([at]));
});
