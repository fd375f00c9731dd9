import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/*
 * A stand-in for the Gemini API. A prompt with RUN_ECHO makes the "model" run a command; its output
 * is answered with a closing word.
 */

export interface StandIn extends AsyncDisposable {
  url: string;
}

interface Part {
  text?: string;
  functionResponse?: unknown;
}

interface Conversation {
  contents?: { parts?: Part[] }[];
  tools?: { functionDeclarations?: { name: string }[] }[];
  generationConfig?: { responseMimeType?: string; responseJsonSchema?: unknown };
}

export async function startGeminiApi(): Promise<StandIn> {
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const url = request.url!;
  response.setHeader("content-type", "application/json");
  if (url.includes("countTokens")) return void response.end(JSON.stringify({ totalTokens: 100 }));
  if (!/[gG]enerateContent/.test(url)) return void response.writeHead(404).end("{}");
  const body = JSON.stringify({
    candidates: [
      { content: { role: "model", parts: reply(JSON.parse(text) as Conversation) }, finishReason: "STOP", index: 0 },
    ],
    usageMetadata: {
      promptTokenCount: 1500,
      cachedContentTokenCount: 1000,
      candidatesTokenCount: 40,
      thoughtsTokenCount: 5,
      totalTokenCount: 1545,
    },
    modelVersion: "gemini-stand-in",
    responseId: "response-stand-in",
  });
  if (!url.includes("streamGenerateContent")) return void response.end(body);
  response.setHeader("content-type", "text/event-stream");
  response.end(`data: ${body}\n\n`);
}

function reply({ contents = [], tools = [], generationConfig = {} }: Conversation): object[] {
  const { responseMimeType, responseJsonSchema } = generationConfig;
  if (responseJsonSchema !== undefined || responseMimeType === "application/json") {
    return [
      {
        text: JSON.stringify({
          reasoning: "stand-in",
          next_speaker: "user",
          model_choice: "flash",
          complexity_reasoning: "stand-in",
          complexity_score: 10,
        }),
      },
    ];
  }
  const parts = contents.at(-1)?.parts ?? [];
  const names = tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations.map(({ name }) => name));
  const asked =
    parts.some(({ text }) => text?.includes("RUN_ECHO")) && !parts.some(({ functionResponse }) => functionResponse);
  if (!asked || !names.includes("run_shell_command")) return [{ text: "All done." }];
  const args = { command: "echo hi", description: "says hi" };
  return [{ text: "I run a command." }, { functionCall: { name: "run_shell_command", args } }];
}
