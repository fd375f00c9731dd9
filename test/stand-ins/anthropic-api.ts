import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

/*
 * A stand-in for the Anthropic Messages API, for agents that run offline. What it answers depends
 * on the words of the prompt alone: each of these makes the "model" ask for what its name says.
 *
 *   RUN_ECHO        a command that works          RUN_PAIR        two commands in one answer
 *   RUN_FAILING     a command that exits with 3   RUN_FORBIDDEN   a command that no rule allows
 *   RUN_SLEEP       a command that takes long     WRITE_FILE      a file written
 *   ASK_SUBAGENT    a subagent, waited for        ASK_BACKGROUND  a subagent in the background
 *   API_ERROR       a 400 of the API
 */

export interface StandIn extends AsyncDisposable {
  url: string;
  /** Requests for an answer of the model so far. */
  readonly calls: number;
}

/** What each answer is said to have used; the same in every one, so that totals can be checked. */
export const standInUsage = {
  input_tokens: 1200,
  cache_creation_input_tokens: 300,
  cache_read_input_tokens: 5000,
  cache_creation: { ephemeral_5m_input_tokens: 300, ephemeral_1h_input_tokens: 0 },
  output_tokens: 42,
  service_tier: "standard",
};

export async function startAnthropicApi(): Promise<StandIn> {
  let calls = 0;
  const server = createServer((request, response) => {
    void answer(request, response, () => ++calls);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get calls() {
      return calls;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

type Block =
  | { type: "text"; text: string }
  | { type: "tool_use"; id: string; name: string; input: Record<string, unknown> }
  | { type: "tool_result" };

interface Conversation {
  model: string;
  stream?: boolean;
  messages: { role: "user" | "assistant"; content: string | Block[] }[];
  tools?: { name: string }[];
}

async function answer(request: IncomingMessage, response: ServerResponse, next: () => number): Promise<void> {
  const path = new URL(request.url!, "http://stand-in").pathname;
  if (request.method === "HEAD") return void response.end();
  if (path === "/v1/messages/count_tokens") return sendJson(response, 200, { input_tokens: 123 });
  if (path !== "/v1/messages") return sendError(response, 404, "not_found_error", "There is nothing here.");
  const conversation = JSON.parse(await textOf(request)) as Conversation;
  const number = next();
  response.setHeader("request-id", `req_stand_in_${number}`);
  if (wordsOf(conversation).includes("API_ERROR") && toolNames(conversation).length > 0) {
    return sendError(response, 400, "invalid_request_error", "The stand-in refuses this.");
  }
  const content = reply(conversation, number);
  const message = {
    id: `msg_stand_in_${number}`,
    type: "message",
    role: "assistant",
    model: conversation.model,
    content,
    stop_reason: content.some(({ type }) => type === "tool_use") ? "tool_use" : "end_turn",
    stop_sequence: null,
    usage: standInUsage,
  };
  if (conversation.stream) sendStream(response, message);
  else sendJson(response, 200, message);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function toolNames({ tools = [] }: Conversation): string[] {
  return tools.map(({ name }) => name);
}

function lastBlocks({ messages }: Conversation): Block[] {
  const content = messages.findLast(({ role }) => role === "user")?.content ?? [];
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

/** What the person, or the agent in a person's place, said last. */
function wordsOf(conversation: Conversation): string {
  return lastBlocks(conversation)
    .map((block) => (block.type === "text" ? block.text : ""))
    .join("\n");
}

const commands: Record<string, string[]> = {
  RUN_ECHO: ["echo hi"],
  RUN_PAIR: ["echo one", "echo two"],
  RUN_FAILING: ["exit 3"],
  RUN_FORBIDDEN: ["touch forbidden"],
  RUN_SLEEP: ["node -e 'setTimeout(() => {}, 60000)'"],
  WORK_OF_SUBAGENT: ["echo from the subagent"],
};

/** The answer that the words ask for; every tool's result is answered with a closing word. */
function reply(conversation: Conversation, number: number): Block[] {
  const names = toolNames(conversation);
  if (names.length === 0) return [{ type: "text", text: '{"title":"A stand-in session"}' }];
  if (lastBlocks(conversation).some(({ type }) => type === "tool_result")) return [{ type: "text", text: "All done." }];
  const words = wordsOf(conversation);
  const use = (name: string, input: Record<string, unknown>, index = 0): Block => ({
    type: "tool_use",
    id: `toolu_stand_in_${number}_${index}`,
    name,
    input,
  });
  if (/ASK_(SUBAGENT|BACKGROUND)/.test(words)) {
    return [
      { type: "text", text: "A subagent does that." },
      use(names.includes("Agent") ? "Agent" : "Task", task(words)),
    ];
  }
  if (words.includes("WRITE_FILE")) return [use("Write", { file_path: pathIn(words), content: "written\n" })];
  const asked = Object.keys(commands).find((word) => words.includes(word));
  if (asked === undefined) return [{ type: "text", text: "Hello from the stand-in." }];
  const calls = commands[asked]!.map((command, index) => use("Bash", { command, description: asked }, index));
  return [{ type: "text", text: "I run a command." }, ...calls];
}

function task(words: string): Record<string, unknown> {
  return {
    description: "Stand-in task",
    prompt: "WORK_OF_SUBAGENT",
    subagent_type: "general-purpose",
    ...(words.includes("ASK_SUBAGENT") ? { run_in_background: false } : {}),
  };
}

function pathIn(words: string): string {
  return /WRITE_FILE (\S+)/.exec(words)?.[1] ?? "written.txt";
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function sendError(response: ServerResponse, status: number, type: string, message: string): void {
  sendJson(response, status, { type: "error", error: { type, message } });
}

function sendStream(response: ServerResponse, message: Record<string, unknown> & { content: Block[] }): void {
  response.setHeader("content-type", "text/event-stream");
  const send = (type: string, fields: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
  const start = { ...message, content: [], stop_reason: null, usage: { ...standInUsage, output_tokens: 1 } };
  send("message_start", { message: start });
  for (const [index, block] of message.content.entries()) {
    const isTool = block.type === "tool_use";
    send("content_block_start", {
      index,
      content_block: isTool ? { ...block, input: {} } : { type: "text", text: "" },
    });
    send("content_block_delta", { index, delta: deltaOf(block) });
    send("content_block_stop", { index });
  }
  const { stop_reason, stop_sequence } = message;
  send("message_delta", {
    delta: { stop_reason, stop_sequence },
    usage: { output_tokens: standInUsage.output_tokens },
  });
  send("message_stop", {});
  response.end();
}

function deltaOf(block: Block): object {
  if (block.type === "tool_use") return { type: "input_json_delta", partial_json: JSON.stringify(block.input) };
  return { type: "text_delta", text: block.type === "text" ? block.text : "" };
}
