import fc from "fast-check";
import { expect, test } from "vitest";
import type { SessionEvent } from "../core/event.js";
import type { JsonObject, JsonValue } from "../core/json.js";
import { buildFeed } from "./feed.js";
import { itemParts } from "./item-parts.js";
import type { ItemPart } from "./item-parts-types.js";

function event(seq: number, type: SessionEvent["type"], data: JsonObject): SessionEvent {
  const timestamp = new Date(Date.UTC(2026, 0, 1) + seq).toISOString();
  return { type, sessionId: "s", seq, timestamp, receivedAt: timestamp, eventId: String(seq), data };
}

function partsOf(...events: [SessionEvent["type"], JsonObject][]): ItemPart[] {
  const [item] = buildFeed(
    events.map(([type, data], index) => event(index + 1, type, data)),
    { toHead: true },
  );
  return itemParts(item!);
}

function call(type: string, input: unknown, outcome: object = {}): ItemPart[] {
  return partsOf(
    ["action", { type, toolCallId: "c", tool: "T", input: input as JsonValue }],
    ["response", { type: "tool_result", toolCallId: "c", tool: "T", status: "ok", ...outcome }],
  );
}

test("shows a command with its output, its errors and how it ended", () => {
  const input = { command: "npm test", description: "Run the tests", timeout: 5 };
  expect(call("bash_exec", input, { result: { stdout: "ok", stderr: "warn", exitCode: 2 } })).toEqual([
    { kind: "command", command: "npm test", description: "Run the tests" },
    { kind: "facts", title: "input", facts: [["timeout", "5"]] },
    { kind: "output", text: "ok", stream: "out" },
    { kind: "output", text: "warn", stream: "error" },
    { kind: "facts", facts: [["exit code", "2"]] },
  ]);
});

test("shows what went wrong before what came of it", () => {
  const outcome = { status: "error", error: { message: "Exit code 1", type: "shell" }, result: "partly" };
  expect(call("tool_call", "x", outcome).map(({ kind }) => kind)).toEqual(["json", "error", "output"]);
});

test("shows an edit by its texts, and by its lines where the tool tells them", () => {
  const input = { file_path: "a.ts", old_string: "let a", new_string: "const a" };
  expect(call("file_edit", input)).toEqual([{ kind: "edit", path: "a.ts", before: "let a", after: "const a" }]);
  const structuredPatch = [{ oldStart: 3, newStart: 3, lines: [" x", "-let a", "+const a", "+b"] }];
  expect(call("file_edit", input, { result: { filePath: "a.ts", structuredPatch } })).toEqual([
    {
      kind: "patch",
      path: "a.ts",
      lines: [
        { sign: "@", text: "@@ −3 +3 @@", before: null, after: null },
        { sign: " ", text: "x", before: 3, after: 3 },
        { sign: "-", text: "let a", before: 4, after: null },
        { sign: "+", text: "const a", before: null, after: 4 },
        { sign: "+", text: "b", before: null, after: 5 },
      ],
    },
  ]);
});

test("shows every edit of several", () => {
  const edits = [{ old_string: "a", new_string: "b" }, { old_string: "c" }];
  expect(call("file_edit", { file_path: "a", edits })).toMatchObject([
    { before: "a", after: "b" },
    { before: "c", after: "" },
  ]);
});

test("shows a new file, and what replaced an old one", () => {
  const input = { file_path: "a.txt", content: "new\n" };
  const created = { type: "create", filePath: "a.txt", structuredPatch: [], originalFile: null };
  expect(call("file_write", input, { result: created })).toEqual([
    { kind: "file", path: "a.txt", text: "new\n", firstLine: 1, isNew: true },
  ]);
  expect(call("file_write", input, { result: { ...created, type: "update", originalFile: "old\n" } })).toEqual([
    { kind: "edit", path: "a.txt", before: "old\n", after: "new\n" },
  ]);
});

test("shows the files of a patch", () => {
  const patch = "*** Begin Patch\n*** Update File: a.py\n@@ def f\n-x\n+y\n*** Add File: b.py\n+z\n*** End Patch";
  expect(call("file_edit", { input: patch })).toMatchObject([
    { kind: "patch", path: "a.py", lines: [{ sign: "@" }, { sign: "-", text: "x" }, { sign: "+", text: "y" }] },
    { kind: "patch", path: "b.py", lines: [{ sign: "+", text: "z" }] },
  ]);
});

test("shows what a file held, from the line where it was read", () => {
  const file = { filePath: "a.ts", content: "x", startLine: 40 };
  expect(call("tool_call", { file_path: "a.ts" }, { result: { type: "text", file } })).toContainEqual({
    kind: "file",
    path: "a.ts",
    text: "x",
    firstLine: 40,
    isNew: false,
  });
});

test("shows pictures of the types that run nothing, and everything else of that kind as JSON", () => {
  const image = (mimeType: string, data = "aGk=") => ({
    result: {
      content: [
        { type: "text", text: "here" },
        { type: "image", mimeType, data },
      ],
    },
  });
  expect(call("mcp_call", {}, image("image/png"))).toEqual([
    { kind: "markdown", text: "here" },
    { kind: "image", mediaType: "image/png", base64: "aGk=" },
  ]);
  expect(call("mcp_call", {}, image("image/svg+xml")).map(({ kind }) => kind)).toEqual(["json"]);
  expect(call("mcp_call", {}, image("image/png", '"><script>')).map(({ kind }) => kind)).toEqual(["json"]);
  const source = { type: "base64", media_type: "image/gif", data: "aGk=" };
  expect(partsOf(["action", { type: "user_prompt", text: "look", content: [{ type: "image", source }] }])).toEqual([
    { kind: "markdown", text: "look" },
    { kind: "image", mediaType: "image/gif", base64: "aGk=" },
  ]);
});

test("shows what an agent was set to do, and what it found", () => {
  expect(call("task_spawn", { subagent_type: "x", description: "d", prompt: "Look **there**" })).toEqual([
    { kind: "markdown", title: "task", text: "Look **there**" },
  ]);
  expect(partsOf(["agent_spawned", { agentId: "a", type: "x", task: "look" }])).toEqual([
    { kind: "markdown", title: "task", text: "look" },
  ]);
  expect(partsOf(["agent_completed", { agentId: "a", result: "found" }])).toEqual([
    { kind: "markdown", text: "found" },
  ]);
});

test("shows what is asked for, and what was answered", () => {
  const asked = {
    type: "wait_started",
    kind: "permission",
    message: "May I?",
    tool: "Bash",
    input: { command: "rm x" },
  };
  expect(
    partsOf(
      ["action", asked],
      ["response", { type: "wait_ended", kind: "permission", outcome: "denied", reason: "no" }],
    ),
  ).toEqual([
    { kind: "markdown", text: "May I?" },
    { kind: "command", command: "rm x", description: null },
    { kind: "markdown", title: "answer", text: "no" },
  ]);
});

test("shows the figures of a model call and where they are from", () => {
  const tokens = { input: 1200, output: 3, cacheRead: 5000 };
  const cost = { usd: 0.02, source: "estimate" };
  expect(partsOf(["response", { type: "model_call", callId: "c", model: "m", tokens, cost }])).toEqual([
    {
      kind: "facts",
      facts: [
        ["model", "m"],
        ["tokens in", "1,200"],
        ["tokens out", "3"],
        ["from cache", "5,000"],
        ["cost", "$0.02, estimated from list prices"],
      ],
    },
  ]);
});

test("shows what it has no word for as it came", () => {
  expect(partsOf(["action", { type: "deploy", region: "eu", source: "x" }])).toEqual([
    { kind: "json", title: "fields", value: { type: "deploy", region: "eu" } },
  ]);
});

test("throws for no record", () => {
  const types = ["user_prompt", "bash_exec", "file_edit", "file_write", "tool_call", "task_spawn", "wait_started", "x"];
  const results = ["tool_result", "assistant_message", "model_call", "wait_ended", "turn_end", "step_end"];
  const record = (known: string[]) =>
    fc.tuple(fc.constantFrom(...known), fc.dictionary(fc.constantFrom("input", "result", "error", "text", "content", "toolCallId", "command", "file", "structuredPatch"), fc.jsonValue())); // prettier-ignore
  fc.assert(
    fc.property(record(types), record(results), ([action, a], [response, b]) => {
      const events = [
        event(1, "action", { ...(a as JsonObject), type: action }),
        event(2, "response", { ...(b as JsonObject), type: response }),
      ];
      for (const item of buildFeed(events, { toHead: true })) expect(Array.isArray(itemParts(item))).toBe(true);
    }),
  );
});

test("shows a list of what is to be done as one, and not again as the result", () => {
  const todos = [
    { content: "Find it", status: "completed", activeForm: "Finding it" },
    { content: "Mend it", status: "in_progress", activeForm: "Mending it" },
  ];
  expect(call("tool_call", { todos }, { result: { oldTodos: [], newTodos: todos } })).toEqual([
    {
      kind: "tasks",
      tasks: [
        { text: "Find it", status: "completed" },
        { text: "Mend it", status: "in_progress" },
      ],
    },
  ]);
  const plan = [{ step: "Look", status: "pending" }];
  expect(call("tool_call", { explanation: "First of all", plan })).toEqual([
    { kind: "markdown", text: "First of all" },
    { kind: "tasks", tasks: [{ text: "Look", status: "pending" }] },
  ]);
  expect(call("tool_call", { plan: "1. look" })).toEqual([{ kind: "markdown", text: "1. look", title: "plan" }]);
  expect(call("tool_call", { todos: [{ other: 1 }] }).map(({ kind }) => kind)).toEqual(["json"]);
});

test("shows what searches found, and pages that were read", () => {
  const input = { pattern: "total" };
  const asked = { kind: "facts", title: "input", facts: [["pattern", "total"]] };
  expect(call("tool_call", input, { result: { filenames: ["a.ts", "b.ts"], numFiles: 2 } })).toEqual([
    asked,
    { kind: "output", text: "a.ts\nb.ts", stream: "out" },
  ]);
  expect(call("tool_call", input, { result: { filenames: [] } })).toEqual([
    asked,
    { kind: "facts", facts: [["found", "nothing"]] },
  ]);
  expect(call("tool_call", input, { result: { mode: "content", filenames: [], content: "a.ts:1:x" } })).toEqual([
    asked,
    { kind: "output", text: "a.ts:1:x", stream: "out" },
  ]);
  const results = [{ tool_use_id: "x", content: [{ title: "A", url: "https://a" }] }, "Both agree."];
  expect(call("tool_call", {}, { result: { query: "q", results } })).toEqual([
    { kind: "links", links: [{ title: "A", url: "https://a" }] },
    { kind: "markdown", text: "Both agree." },
  ]);
  const page = { code: 200, codeText: "OK", bytes: 1_024, result: "# Title", url: "https://a" };
  expect(call("tool_call", {}, { result: page })).toEqual([
    { kind: "facts", facts: [["status", "200 OK"], ["size", "1 KB"]] }, // prettier-ignore
    { kind: "markdown", text: "# Title" },
  ]);
});

test("shows a few short fields as words, and what is long or nested as JSON", () => {
  expect(call("mcp_call", { owner: "shop", draft: true, body: "two\nlines" }, { result: { id: 12 } })).toEqual([
    { kind: "facts", title: "input", facts: [["owner", "shop"], ["draft", "true"]] }, // prettier-ignore
    { kind: "json", title: "", value: { body: "two\nlines" } },
    { kind: "facts", title: "result", facts: [["id", "12"]] },
  ]);
  expect(call("mcp_call", { filter: { a: 1 } })).toEqual([
    { kind: "json", title: "input", value: { filter: { a: 1 } } },
  ]);
});
