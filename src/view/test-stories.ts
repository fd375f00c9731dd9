import { actionEvent, responseEvent, type ToolCallType, type ToolResultStatus } from "../core/activity.js";
import type { EventInput } from "../client/types.js";
import type { JsonObject, JsonValue } from "../core/json.js";

/** Events that come together, so many milliseconds behind those before. */
export interface StoryStep {
  after: number;
  events: EventInput[];
}

export interface Story {
  /** Part of the session's id. */
  name: string;
  tags: string[];
  model: string;
  prompt: string;
  steps(): StoryStep[];
}

interface ToolOptions {
  type?: ToolCallType;
  agentId?: string;
  status?: ToolResultStatus;
  error?: string;
  /** How long it ran; also how long the story waits for it. */
  ms: number;
}

/** Writes a story down: each method adds what an agent would report, in the shape that views know. */
class Teller {
  readonly steps: StoryStep[] = [];
  private calls = 0;
  private readonly turn = "turn-1";
  private readonly model: string;

  constructor(model: string) {
    this.model = model;
  }

  prompt(text: string): this {
    return this.add(0, actionEvent({ type: "user_prompt", text, turn: this.turn }));
  }

  state(after: number, phase: string, currentStep: string, more: JsonObject = {}): this {
    return this.add(after, { type: "state_updated", data: { phase, currentStep, ...more } });
  }

  goals(...goals: [goalId: string, description: string][]): this {
    const events = goals.map(([goalId, description]): EventInput => ({ type: "goal_added", data: { goalId, description, status: "pending" } })); // prettier-ignore
    return this.add(250, ...events);
  }

  goal(goalId: string, status: string): this {
    return this.add(60, { type: "goal_updated", data: { goalId, status } });
  }

  think(text: string, agentId?: string): this {
    return this.add(500, responseEvent({ type: "thinking", text, turn: this.turn, agentId }));
  }

  say(text: string, agentId?: string): this {
    return this.add(400, responseEvent({ type: "assistant_message", text, model: this.model, turn: this.turn, agentId })); // prettier-ignore
  }

  ask(input: number, output: number, usd: number, agentId?: string): this {
    const callId = this.id("model");
    const tokens = { input, output, cacheRead: input * 4 };
    const cost = { usd, source: "estimate" as const };
    const call = { type: "model_call" as const, callId, model: this.model, tokens, cost, durationMs: 600 + output, turn: this.turn, agentId }; // prettier-ignore
    return this.add(450, responseEvent({ ...call, stopReason: "tool_use" }));
  }

  tool(tool: string, input: JsonValue, result: JsonValue, options: ToolOptions): this {
    const { type = "tool_call", agentId, status = "ok", error, ms } = options;
    const toolCallId = this.id("call");
    const about = { toolCallId, tool, turn: this.turn, agentId };
    this.add(180, actionEvent({ type, ...about, input }));
    const failure = error === undefined ? {} : { error: { message: error } };
    return this.add(ms, responseEvent({ type: "tool_result", ...about, status, result, durationMs: ms, ...failure }));
  }

  /** A person is waited for, and answers by themselves after a while: nobody can answer a test session. */
  permission(tool: string, input: JsonObject, message: string, ms: number): this {
    const about = { kind: "permission" as const, tool, input, message };
    this.add(
      150,
      actionEvent({ type: "wait_started", ...about, turn: this.turn }),
      { type: "metadata_updated", data: { liveness: { status: "waiting", waitingFor: about } } },
    ); // prettier-ignore
    return this.add(
      ms,
      responseEvent({ type: "wait_ended", kind: "permission", outcome: "allowed", turn: this.turn }),
      { type: "metadata_updated", data: { liveness: { status: "running", waitingFor: null } } },
    ); // prettier-ignore
  }

  agent(agentId: string, type: string, task: string): this {
    return this.add(200, { type: "agent_spawned", data: { agentId, type, task, status: "active" } });
  }

  agentDone(agentId: string, result: string, status = "completed"): this {
    return this.add(200, { type: "agent_completed", data: { agentId, status, result } });
  }

  end(status: "success" | "failed", outcome: string): this {
    const failed = status === "failed";
    const turnEnd = responseEvent({ type: "turn_end", status: failed ? "error" : "ok", turn: this.turn });
    return this.add(300, turnEnd, { type: "session_finalized", data: { status, outcome } });
  }

  private add(after: number, ...events: EventInput[]): this {
    this.steps.push({ after, events });
    return this;
  }

  private id(kind: string): string {
    this.calls += 1;
    return `${kind}-${this.calls}`;
  }
}

const sonnet = "claude-sonnet-4-5";

const checkout: Story = {
  name: "checkout",
  tags: ["webshop", "bugfix"],
  model: sonnet,
  prompt: "The checkout shows a total of NaN when the cart holds a voucher. Find out why, fix it, and add a test.",
  steps: () =>
    new Teller(sonnet)
      .prompt(checkout.prompt)
      .state(200, "exploring", "Looking for the checkout's total", { workspace: { cwd: "/srv/webshop", branch: "fix/voucher-total" } })
      .goals(["find", "Find where the total becomes NaN"], ["fix", "Fix the calculation"], ["test", "Add a test that fails without the fix"])
      .goal("find", "in_progress")
      .ask(1840, 212, 0.0121)
      .think("Vouchers have either a percentage or a fixed amount. If the code reads the wrong one, undefined goes into the sum.")
      .tool("Grep", { pattern: "total", path: "src/checkout" }, "src/checkout/total.ts:4: export function total(cart: Cart): number {\nsrc/checkout/total.ts:9:   return sum - discount(cart, sum);\nsrc/checkout/summary.tsx:31: <Price value={total(cart)} />", { ms: 240 })
      .tool("Read", { file_path: "/srv/webshop/src/checkout/total.ts" }, checkoutBefore, { ms: 90 })
      .tool("Bash", { command: "npm test -- checkout", description: "Run the checkout's tests" }, { stdout: "✓ adds up the cart (3 ms)\n✓ takes a percentage off (1 ms)\n✗ takes a fixed voucher off\n    expected NaN to be 15\n\nTests: 1 failed, 2 passed", exitCode: 1 }, { type: "bash_exec", ms: 1400, status: "error", error: "exit code 1" })
      .say("A **fixed voucher** has `amount`, and no `percent`. `discount()` multiplies by `percent / 100` in any case:\n\n```ts\nreturn sum * (voucher.percent / 100); // undefined / 100 is NaN\n```\n\nI'll treat the two kinds apart.")
      .goal("find", "completed")
      .goal("fix", "in_progress")
      .state(100, "editing", "Fixing discount()")
      .ask(2310, 480, 0.0174)
      .tool("Edit", { file_path: "/srv/webshop/src/checkout/total.ts", old_string: "  return sum * (voucher.percent / 100);", new_string: "  if (voucher.kind === \"fixed\") return Math.min(voucher.amount, sum);\n  return sum * (voucher.percent / 100);" }, "The file was updated.", { type: "file_edit", ms: 130 })
      .agent("reviewer", "code-reviewer", "Review the change of discount()")
      .tool("Read", { file_path: "/srv/webshop/src/checkout/total.ts" }, checkoutBefore, { agentId: "reviewer", ms: 110 })
      .ask(960, 120, 0.0048, "reviewer")
      .say("A voucher above the sum can't make the total negative any more: `Math.min` sees to that. Looks right.", "reviewer")
      .agentDone("reviewer", "Looks right: the total can't become negative.")
      .goal("fix", "completed")
      .goal("test", "in_progress")
      .tool("Write", { file_path: "/srv/webshop/src/checkout/voucher.test.ts", content: "import { expect, test } from \"vitest\";\nimport { total } from \"./total\";\n\ntest(\"a fixed voucher takes at most the sum\", () => {\n  expect(total(cartOf(20, { kind: \"fixed\", amount: 50 }))).toBe(0);\n});\n" }, "The file was created.", { type: "file_write", ms: 120 })
      .state(100, "verifying", "Running the tests")
      .permission("Bash", { command: "npm test" }, "npm test", 1600)
      .tool("Bash", { command: "npm test", description: "Run all tests" }, { stdout: "Test Files  41 passed (41)\n     Tests  287 passed (287)", exitCode: 0 }, { type: "bash_exec", ms: 1700 })
      .goal("test", "completed")
      .ask(1220, 190, 0.0079)
      .say("Fixed. The total was `NaN` because fixed vouchers have no `percent`.\n\n| file | change |\n|---|---|\n| `total.ts` | the two kinds of voucher are told apart |\n| `voucher.test.ts` | a new test |\n\nAll 287 tests pass.")
      .end("success", "The checkout's total is right with fixed vouchers; a test guards it.").steps, // prettier-ignore
};

const checkoutBefore = "export function total(cart: Cart): number {\n  const sum = cart.lines.reduce((sum, line) => sum + line.price * line.count, 0);\n  return sum - discount(cart, sum);\n}\n\nfunction discount({ voucher }: Cart, sum: number): number {\n  if (!voucher) return 0;\n  return sum * (voucher.percent / 100);\n}\n"; // prettier-ignore

const mailbox: Story = {
  name: "mailbox",
  tags: ["support", "email"],
  model: "gpt-5-mini",
  prompt: "Answer the open e-mail of Mrs. Huber about her late refund.",
  steps: () =>
    new Teller("gpt-5-mini")
      .prompt(mailbox.prompt)
      .state(200, "reading", "Reading the e-mail")
      .goals(["order", "Find the order"], ["refund", "See what became of the refund"], ["reply", "Write the answer"])
      .goal("order", "in_progress")
      .ask(920, 85, 0.0007)
      .tool("mcp__mail__get_thread", { threadId: "th_8841" }, { from: "huber@example.org", subject: "Refund?", text: "Hello, three weeks ago I sent back the jacket (order 10442). Where is my money?" }, { type: "mcp_call", ms: 620 })
      .agent("orders", "researcher", "Find order 10442 and its refund")
      .tool("mcp__shop__find_order", { order: "10442" }, { order: "10442", total: 129.9, currency: "EUR", returned: "2026-03-02", refund: { status: "failed", reason: "iban_closed" } }, { type: "mcp_call", agentId: "orders", ms: 880 })
      .ask(640, 72, 0.0005, "orders")
      .agentDone("orders", "The refund failed: the account is closed.")
      .goal("order", "completed")
      .goal("refund", "in_progress")
      .tool("mcp__bank__retry_refund", { order: "10442" }, null, { type: "mcp_call", ms: 1500, status: "error", error: "The account AT61 1904 3002 3457 3201 is closed." })
      .think("Trying again can't help. She has to name another account; that must not go through e-mail, so I send the form's link.")
      .goal("refund", "completed")
      .state(100, "writing", "Writing the answer")
      .goal("reply", "in_progress")
      .ask(1400, 260, 0.0012)
      .permission("mcp__mail__send", { to: "huber@example.org", subject: "Re: Refund?" }, "Send the answer to huber@example.org", 1900)
      .tool("mcp__mail__send", { to: "huber@example.org", subject: "Re: Refund?", text: "Dear Mrs. Huber, your refund of € 129.90 came back because the account is closed. Please name another one in this form: …" }, { sent: true, id: "msg_20911" }, { type: "mcp_call", ms: 700 })
      .goal("reply", "completed")
      .say("I answered Mrs. Huber: the refund came back, and she can name another account in the form.\n\n- order **10442**, € 129.90\n- refund failed on 5 March: *account closed*")
      .end("success", "Answered; the customer names another account.").steps, // prettier-ignore
};

const migration: Story = {
  name: "migration",
  tags: ["database"],
  model: "claude-opus-4-5",
  prompt: "Move the invoices table to UUID keys without downtime.",
  steps: () =>
    new Teller("claude-opus-4-5")
      .prompt(migration.prompt)
      .state(200, "planning", "Reading the schema")
      .goals(["plan", "Plan the steps"], ["copy", "Copy the keys in batches"], ["switch", "Switch over"])
      .goal("plan", "in_progress")
      .ask(3100, 640, 0.0412)
      .tool("Read", { file_path: "/srv/billing/schema.sql" }, "CREATE TABLE invoices (\n  id bigint PRIMARY KEY,\n  customer_id bigint NOT NULL,\n  total numeric(12,2) NOT NULL\n);", { ms: 80 })
      .tool("Bash", { command: "psql -c 'select count(*) from invoices'" }, { stdout: "  count\n---------\n 4218733\n(1 row)", exitCode: 0 }, { type: "bash_exec", ms: 900 })
      .say("4.2 million rows. The plan:\n\n1. add `uid uuid` with a default,\n2. fill it in batches of 10,000,\n3. build the index concurrently,\n4. switch the foreign keys.")
      .goal("plan", "completed")
      .goal("copy", "in_progress")
      .agent("batches", "worker", "Fill uid in batches")
      .state(100, "copying", "Batch 1 of 422")
      .tool("Bash", { command: "./fill-uid.sh --batch 10000" }, { stdout: "batch 1/422 ok\nbatch 2/422 ok", exitCode: 0 }, { type: "bash_exec", agentId: "batches", ms: 1300 })
      .ask(1900, 210, 0.0187, "batches")
      .tool("Bash", { command: "./fill-uid.sh --from 3 --batch 10000" }, { stdout: "batch 3/422 ok\nERROR:  could not extend file \"base/16384/24591\": No space left on device", exitCode: 1 }, { type: "bash_exec", agentId: "batches", ms: 1600, status: "error", error: "could not extend file: No space left on device" })
      .agentDone("batches", "The disk is full.", "failed")
      .goal("copy", "failed")
      .goal("switch", "cancelled")
      .think("Going on would stop the whole database. The column is nullable and unused, so nothing is broken; stop here.")
      .ask(2200, 150, 0.0203)
      .say("I stopped: **the disk of the database is full**. Nothing is broken; 30,000 of 4.2 million rows have their `uid`. It needs about 9 GB more.")
      .end("failed", "The disk is full after 30,000 rows.").steps, // prettier-ignore
};

/** What test sessions tell: a bug fixed, a letter answered, and a migration that fails. */
export const testStories: readonly Story[] = [checkout, mailbox, migration];
