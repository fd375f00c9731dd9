import { describe, expect, test } from "vitest";
import type { JsonObject } from "../core/json.js";
import { buildFeed } from "./feed.js";
import type { FeedItem } from "./feed-types.js";
import { itemText } from "./item-text.js";
import { makeLog } from "./testing/make-events.js";

const whole = { toHead: true };

function told(items: readonly FeedItem[]): string[] {
  return items.map((item) => {
    const { label, text, outcome } = itemText(item);
    return [`${item.seq}${item.depth > 0 ? ">".repeat(item.depth) : ""}`, item.status, label, text, outcome]
      .filter((part) => part !== "" && part !== "none")
      .join(" | ");
  });
}

describe("a tool call", () => {
  test("is one item with its result, however much lies between", () => {
    const items = buildFeed(
      makeLog([
        ["+bash_exec", { toolCallId: "a", tool: "Bash", input: { command: "npm test" } }],
        [
          "+file_edit",
          { toolCallId: "b", tool: "Edit", input: { file_path: "/app/x.ts", old_string: "a", new_string: "b\nc\n" } },
        ],
        ["-tool_result", { toolCallId: "b", tool: "Edit", status: "ok", result: "done" }],
        [
          "-tool_result",
          { toolCallId: "a", tool: "Bash", status: "error", error: { message: "exit 1" }, durationMs: 40 },
        ],
      ]),
      whole,
    );
    expect(told(items)).toEqual(["1 | error | Bash | npm test | exit 1", "2 | ok | Edit | /app/x.ts  −1 +2 | done"]);
    expect(items.map(({ durationMs, lastSeq }) => [durationMs, lastSeq])).toEqual([
      [40, 4],
      [1_000, 3],
    ]);
  });

  test("without a result is running at the head of the log, and of unknown end elsewhere", () => {
    const log = makeLog([["+tool_call", { toolCallId: "a", tool: "Read", input: { file_path: "/x" } }]]);
    expect(buildFeed(log, whole)[0]).toMatchObject({ status: "running", durationMs: null });
    expect(buildFeed(log, { toHead: false })[0]).toMatchObject({ status: "unknown" });
  });

  test("is no longer running once the session is finalized", () => {
    const log = makeLog([
      ["+tool_call", { toolCallId: "a", tool: "Read" }],
      ["session_finalized", { status: "failed" }],
    ]);
    expect(told(buildFeed(log, whole))).toEqual(["1 | unknown | Read", "2 | error | session | failed"]);
  });

  test("keeps the result that was told when another one is only presumed, and takes a correction", () => {
    const result = (status: string, presumed?: true): ["-tool_result", JsonObject] => [
      "-tool_result",
      { toolCallId: "a", tool: "Bash", status, ...(presumed && { presumed }) },
    ];
    const call = ["+bash_exec", { toolCallId: "a", tool: "Bash", input: { command: "x" } }] as const;
    expect(buildFeed(makeLog([call, result("ok"), result("lost", true)]), whole)[0]!.status).toBe("ok");
    expect(buildFeed(makeLog([call, result("lost", true), result("ok")]), whole)[0]!.status).toBe("ok");
  });

  test("of which only the result is there is told by it", () => {
    const log = makeLog([
      ["-tool_result", { toolCallId: "a", tool: "mcp__github__search", status: "denied", error: "no" }],
    ]);
    expect(told(buildFeed(log, whole))).toEqual(["1 | denied | github.search | no"]);
  });

  test("that some producer logged without an id stands by itself", () => {
    const log = makeLog([
      ["+bash_exec", { command: "ls -la" }],
      ["+mcp_call", { tool: "search", args: { q: "x" } }],
    ]);
    expect(told(buildFeed(log, whole))).toEqual(["1 | bash_exec | ls -la", '2 | search | {"q":"x"}']);
  });
});

describe("a turn", () => {
  const log = makeLog([
    ["+user_prompt", { turn: "t1", text: "fix\nit" }],
    ["+bash_exec", { turn: "t1", toolCallId: "a", tool: "Bash" }],
    ["-tool_result", { turn: "t1", toolCallId: "a", tool: "Bash", status: "error" }],
    [
      "-model_call",
      { turn: "t1", callId: "m1", model: "x", tokens: { input: 10, output: 5 }, cost: { usd: 0.5, source: "agent" } },
    ],
    [
      "-model_call",
      {
        turn: "t1",
        callId: "m1",
        model: "x",
        tokens: { input: 12, output: 5 },
        cost: { usd: 0.75, source: "agent" },
        replaces: {
          model: "x",
          day: "2026-03-01",
          tokens: { input: 10, output: 5 },
          cost: { usd: 0.5, source: "agent" },
        },
      },
    ],
    ["-assistant_message", { turn: "t1", text: "done" }],
    ["-turn_end", { turn: "t1", status: "ok" }],
    ["+user_prompt", { turn: "t2", text: "more" }],
    ["+tool_call", { turn: "t1", toolCallId: "late", tool: "Read" }],
  ]);

  test("sums up at its prompt what it set off; a correction counts once", () => {
    const items = buildFeed(log, whole);
    expect(items[0]!.stats).toEqual({
      status: "ok",
      durationMs: 6_000,
      tools: 2,
      failedTools: 1,
      modelCalls: 1,
      messages: 1,
      tokens: { input: 12, output: 5 },
      cost: 0.75,
    });
    expect(items.map(({ kind, turn }) => [kind, turn])).toEqual([
      ["prompt", "e1"],
      ["tool", "e1"],
      ["model", "e1"],
      ["model", "e1"],
      ["message", "e1"],
      ["turn", "e1"],
      ["prompt", "e8"],
      ["tool", "e1"],
    ]);
    expect(items.find(({ kind }) => kind === "turn")!.minor).toBe(true);
  });

  test("is running until its end is told", () => {
    expect(buildFeed(log.slice(0, 6), whole)[0]!.stats!.status).toBe("running");
    expect(buildFeed(log.slice(0, 6), { toHead: false })[0]!.stats!.status).toBe("unknown");
  });
});

describe("what a later source corrects is told once, as the correction has it", () => {
  const corrected = (log: ReturnType<typeof makeLog>, ids: readonly string[]) =>
    log.map((event, index) => ({ ...event, eventId: ids[index] ?? event.eventId }));

  test("a prompt whose text was not known at first", () => {
    const log = corrected(
      makeLog([
        ["+user_prompt", { turn: "t1", text: "<REDACTED>" }],
        ["+bash_exec", { turn: "t1", toolCallId: "a", tool: "Bash", input: { command: "ls" } }],
        ["+user_prompt", { turn: "t1", text: "list them" }],
        ["-tool_result", { turn: "t1", toolCallId: "a", tool: "Bash", status: "ok" }],
      ]),
      ["prompt:t1", "tool:a", "prompt:t1#2", "tool-result:a"],
    );
    const items = buildFeed(log, whole);
    expect(told(items)).toEqual(["1 | prompt | list them", "2 | ok | Bash | ls"]);
    expect(items[0]!.stats).toMatchObject({ tools: 1, status: "running" });
    expect(told(buildFeed(log.slice(1), whole))).toEqual(["2 | ok | Bash | ls", "3 | prompt | list them"]);
  });

  test("a result that was told of without what it gave", () => {
    const log = corrected(
      makeLog([
        ["+bash_exec", { toolCallId: "a", tool: "Bash", input: { command: "ls" } }],
        ["-tool_result", { toolCallId: "a", tool: "Bash", status: "ok", durationMs: 30 }],
        ["-tool_result", { toolCallId: "a", tool: "Bash", status: "ok", result: "three files" }],
      ]),
      ["tool:a", "tool-result:a", "tool-result:a#2"],
    );
    const items = buildFeed(log, whole);
    expect(told(items)).toEqual(["1 | ok | Bash | ls | three files"]);
    expect(items[0]).toMatchObject({ durationMs: 30, lastSeq: 3 });
  });

  test("the end of an agent, to which its result is added; another result is another end", () => {
    const log = makeLog([
      ["agent_spawned", { agentId: "a", type: "reader" }],
      ["agent_completed", { agentId: "a", status: "completed" }],
      ["agent_completed", { agentId: "a", status: "completed", result: "all read" }],
      ["agent_completed", { agentId: "a", status: "completed", result: "read again" }],
    ]);
    const items = buildFeed(log, whole);
    expect(told(items)).toEqual([
      "1 | ok | agent | reader",
      "2 | ok | agent | reader · done | all read",
      "4 | ok | agent | reader · done | read again",
    ]);
    expect(items[0]!.end!.data["result"]).toBe("all read");
    expect(told(buildFeed(log.slice(1), whole)).slice(0, 1)).toEqual(["2 | ok | agent | a · done | all read"]);
  });
});

describe("agents, waits, goals and messages", () => {
  test("agents nest by parent, and their end is told with their type", () => {
    const items = buildFeed(
      makeLog([
        ["agent_spawned", { agentId: "a", type: "reviewer", task: "look" }],
        ["agent_spawned", { agentId: "b", type: "tester", parentAgentId: "a" }],
        ["-assistant_message", { agentId: "b", text: "hi" }],
        ["agent_completed", { agentId: "b", status: "failed", result: "no tests" }],
      ]),
      whole,
    );
    expect(told(items)).toEqual([
      "1 | running | agent | reviewer · look",
      "2> | error | agent | tester",
      "3>> | message | hi",
      "4> | error | agent | tester · failed | no tests",
    ]);
  });

  test("a wait ends with the answer", () => {
    const ask = { kind: "permission", message: "may I", tool: "Bash", input: { command: "rm x" }, toolCallId: "a" };
    const log = makeLog([
      ["+wait_started", ask],
      ["-wait_ended", { kind: "permission", outcome: "denied", reason: "no", toolCallId: "a" }],
    ]);
    expect(told(buildFeed(log.slice(0, 1), whole))).toEqual(["1 | running | asks | Bash · rm x · may I | waiting"]);
    expect(told(buildFeed(log, whole))).toEqual(["1 | denied | asks | Bash · rm x · may I | denied · no"]);
  });

  test("a goal is named by its description, also where it was added before", () => {
    const log = makeLog([["goal_updated", { goalId: "g", status: "in_progress" }]]);
    const state = {
      goals: [{ goalId: "g", description: "ship it", status: "pending" as const, created: "", updated: "" }],
      agents: [],
    };
    expect(told(buildFeed(log, { toHead: true, state }))).toEqual(["1 | goal | ship it | in progress"]);
  });

  test("the pieces of a message are one item, which the whole message completes", () => {
    const delta = (index: number, text: string) => ["-message_delta", { messageId: "m", index, text }] as const;
    const log = makeLog([delta(0, "Hel"), delta(1, "lo"), ["-assistant_message", { messageId: "m", text: "Hello." }]]);
    expect(told(buildFeed(log.slice(0, 2), whole))).toEqual(["1 | running | message | Hello"]);
    expect(told(buildFeed(log, whole))).toEqual(["1 | message | Hello."]);
  });

  test("what the vocabulary has no word for is told by what it says", () => {
    const log = makeLog([
      ["+deploy", { description: "to staging" }],
      ["-metric", { a: 1, b: [2] }],
      ["+note", { error: "broke" }],
    ]);
    expect(told(buildFeed(log, whole))).toEqual([
      "1 | deploy | to staging",
      "2 | metric | a=1, b=[2]",
      "3 | error | note | broke",
    ]);
  });
});

test("a hostile text steers nothing in any line", () => {
  const evil = "\u001b]0;x\u0007\u202e\nrm";
  const fields = {
    text: evil,
    tool: evil,
    input: { command: evil },
    message: evil,
    name: evil,
    description: evil,
    reason: evil,
    error: { message: evil },
  };
  const records = [
    "+user_prompt",
    "+bash_exec",
    "+tool_call",
    "+wait_started",
    "+step_start",
    "+agent_event",
    `+${evil}`,
    "-tool_result",
    "-assistant_message",
    "-model_call",
    "-turn_end",
  ] as const;
  const log = makeLog([
    ...records.map((word) => [word, fields] as const),
    ["goal_added", { goalId: evil, description: evil, status: evil }],
    ["agent_spawned", { agentId: evil, type: evil, task: evil }],
    ["state_updated", { [evil]: evil }],
    ["session_created", { initial: { input: evil } }],
  ]);
  for (const item of buildFeed(log, whole)) {
    const { label, text, outcome } = itemText(item);
    expect(label + text + outcome).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  }
});
