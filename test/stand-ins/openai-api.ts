import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/*
 * A stand-in for the OpenAI Responses API. A prompt with RUN_ECHO makes the "model" run a command;
 * its output is answered with a closing word.
 */

export interface StandIn extends AsyncDisposable {
  url: string;
}

interface Conversation {
  input?: { type?: string }[];
  tools?: { name?: string; type?: string }[];
}

const usage = {
  input_tokens: 1500,
  input_tokens_details: { cached_tokens: 1000 },
  output_tokens: 40,
  output_tokens_details: { reasoning_tokens: 8 },
  total_tokens: 1540,
};

export async function startOpenaiApi(): Promise<StandIn> {
  let calls = 0;
  const server = createServer((request, response) => void answer(request, response, () => ++calls));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, next: () => number): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (request.method !== "POST" || !request.url!.endsWith("/responses")) return void response.writeHead(404).end("{}");
  const number = next();
  const id = `resp_stand_in_${number}`;
  const item = itemFor(JSON.parse(Buffer.concat(chunks).toString()) as Conversation, number);
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (event: { type: string }) => response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  const say = (type: string, fields: object) => send({ type, ...fields });
  say("response.created", { response: { id } });
  say("response.output_item.done", { output_index: 0, item });
  say("response.completed", { response: { id, output: [], usage } });
  response.end();
}

/** The name of the tool that runs commands, and its arguments, differ between versions. */
const shells: Record<string, object> = {
  exec_command: { cmd: "echo hi" },
  shell_command: { command: "echo hi" },
  shell: { command: ["bash", "-lc", "echo hi"] },
};

function itemFor({ input = [], tools = [] }: Conversation, number: number): object {
  const last = input.at(-1);
  const shell = tools.map(({ name, type }) => name ?? type ?? "").find((name) => Object.hasOwn(shells, name));
  if (shell !== undefined && !last?.type?.endsWith("_output") && JSON.stringify(last).includes("RUN_ECHO")) {
    const call = { call_id: `call_stand_in_${number}`, name: shell, arguments: JSON.stringify(shells[shell]) };
    return { type: "function_call", id: `fc_${number}`, ...call };
  }
  const text = { type: "output_text", text: "All done.", annotations: [] };
  return { type: "message", id: `msg_${number}`, role: "assistant", content: [text] };
}
