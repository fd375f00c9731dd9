import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { EventInput } from "../../src/client/types.js";
import type { JsonObject } from "../../src/core/json.js";
import type { Dashboard } from "./browser.js";

/** What is read again until it is what is expected; a busy machine may take its time. */
export function eventually<T>(read: () => T | Promise<T>) {
  return expect.poll(read, { timeout: 20_000 });
}

/** So long ago did every story begin. */
const agoMs = 120_000;

/** Events one after the other, as an agent would tell them. */
export class Story {
  readonly events: EventInput[] = [];
  private at = Date.now() - agoMs;
  private calls = 0;

  add(type: EventInput["type"], data: object, afterMs = 1_000): this {
    this.at += afterMs;
    this.events.push({ type, data: data as JsonObject, timestamp: new Date(this.at).toISOString() });
    return this;
  }

  action(data: object, afterMs?: number): this {
    return this.add("action", data, afterMs);
  }

  response(data: object, afterMs?: number): this {
    return this.add("response", data, afterMs);
  }

  prompt(turn: string, text: string): this {
    return this.action({ type: "user_prompt", turn, text, from: "person" });
  }

  says(text: string, more: object = {}): this {
    return this.response({ type: "assistant_message", text, ...more });
  }

  /** A call and what came of it. */
  tool(type: string, tool: string, input: unknown, outcome: object = {}, more: object = {}): this {
    const toolCallId = `c${++this.calls}`;
    this.action({ type, toolCallId, tool, input, ...more });
    return this.response({
      type: "tool_result",
      toolCallId,
      tool,
      status: "ok",
      durationMs: 1_200,
      ...outcome,
      ...more,
    });
  }
}

const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** A session with one of everything that agents do. */
export function checkout(): Story {
  return new Story()
    .add("session_created", { userId: "mira", tags: ["checkout"], parentSession: "sprint-31" })
    .add("metadata_updated", { model: "claude-opus-5-5", subsessions: ["checkout-migration"] })
    .prompt("t1", "Move the **totals** to the server.\n\n- keep the API stable")
    .add("goal_added", { goalId: "g1", description: "Find every place that computes totals" })
    .add("goal_added", { goalId: "g2", description: "Write rounding tests", priority: "high" })
    .add("state_updated", { phase: "exploring", workspace: { cwd: "/home/mira/shop" } })
    .says("I'll look first.\n\n1. find\n2. compare\n\n```ts\nconst total = 1;\n```")
    .tool("bash_exec", "Bash", { command: "rg -n total src", description: "Find totals" }, {
      result: { stdout: "\u001b[35msrc/cart.ts\u001b[0m:14: \u001b[1;31mtotal\u001b[0m", stderr: "one warning" },
    })
    .add("agent_spawned", { agentId: "ag1", type: "explorer", task: "Compare the rounding" })
    .add("agent_spawned", { agentId: "ag2", type: "test-writer", task: "Write tests", parentAgentId: "ag1", subsession: "tests-of-it" })
    .tool("bash_exec", "Bash", { command: "npm test" }, { status: "error", error: { message: "Exit code 1\nexpected 1.01" } }, { agentId: "ag2" }) // prettier-ignore
    .add("agent_completed", { agentId: "ag2", status: "failed", result: "One does not hold." })
    .add("agent_completed", { agentId: "ag1", result: "312 of 5000 differ." })
    .tool("file_edit", "Edit", { file_path: "src/totals.ts", old_string: "let sum = 0;\nreturn sum;", new_string: "let sum = 1;\nreturn sum;" })
    .tool("mcp_call", "mcp__browser__screenshot", { url: "http://localhost" }, {
      result: { content: [{ type: "text", text: "the page" }, { type: "image", mimeType: "image/png", data: png }] },
    })
    .response({
      type: "model_call", callId: "m1", model: "claude-opus-5-5", tokens: { input: 1_000, output: 200 },
      cost: { usd: 0.25, source: "agent" }, durationMs: 900,
    })
    .add("goal_updated", { goalId: "g1", status: "completed" })
    .add("state_updated", { phase: "editing", findings: { differing: 312 } })
    .response({ type: "turn_end", turn: "t1", status: "ok" })
    .prompt("t2", "And drop the old columns.")
    .says("All done."); // prettier-ignore
}

export async function tell({ client }: Dashboard, sessionId: string, story: Story): Promise<void> {
  for (let from = 0; from < story.events.length; from += 1_000) {
    await client.appendMany(sessionId, story.events.slice(from, from + 1_000));
  }
}

const captures = new URL("../fixtures/captures/claude-code/hooks/", import.meta.url);

/** Reports a recording of Claude Code's hooks, line by line; the session's id. */
export async function replayHooks({ server }: Dashboard, name: string, lines = Infinity): Promise<string> {
  const inputs = readFileSync(new URL(`${name}.jsonl`, captures), "utf8")
    .split("\n")
    .filter((line) => line !== "");
  for (const input of inputs.slice(0, lines)) await server.call("POST", "/hooks/claude-code", input);
  const [first = "{}"] = inputs;
  return (JSON.parse(first) as { session_id: string }).session_id;
}
