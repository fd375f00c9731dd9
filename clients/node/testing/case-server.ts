import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One answer of a case's `server`; clients/contract/README.md, "A case". */
export interface CaseAnswer {
  on: string;
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  times?: number;
  hang?: boolean;
  reset?: boolean;
  pass?: boolean;
}

export interface SeenRequest {
  request: string;
  headers: Record<string, unknown>;
  /** The parsed JSON, or the lines of an NDJSON body; null for none. */
  body: unknown;
  atMs: number;
}

/** A server that answers as a case says, and otherwise as the real one acknowledges events. */
export class CaseServer implements AsyncDisposable {
  readonly seen: SeenRequest[] = [];
  /** Requests that the case has no answer for. */
  readonly unexpected: string[] = [];
  private readonly answers: (CaseAnswer & { left: number })[];
  private readonly seqs = new Map<string, number>();
  private readonly waiters: { count: number; resolve: () => void }[] = [];
  private server: Server | undefined;
  private port = 0;

  constructor(answers: readonly CaseAnswer[]) {
    this.answers = answers.map((answer) => ({ ...answer, left: answer.times ?? 1 }));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Begins to listen: on any port the first time, on the same one again after that. */
  async listen(): Promise<void> {
    const server = createServer((request, response) => void this.answer(request, response));
    server.listen(this.port, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** From now on connections are refused, and open ones are gone. */
  async refuse(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.refuse();
  }

  /** Resolves once so many requests have come in all. */
  requests(count: number): Promise<void> {
    if (this.seen.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push({ count, resolve }));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = `${request.method} ${request.url}`;
    const text = await readText(request);
    const body = parseBody(text, request.headers["content-type"]);
    this.seen.push({ request: name, headers: request.headers, body, atMs: performance.now() });
    this.reply(name, body, request, response);
    for (const waiter of this.waiters) if (this.seen.length >= waiter.count) waiter.resolve();
  }

  private reply(name: string, body: unknown, request: IncomingMessage, response: ServerResponse): void {
    const answer = this.answers.find(({ on, left }) => on === name && left > 0);
    if (answer) answer.left -= 1;
    if (answer === undefined || answer.pass) return this.acknowledge(name, body, response);
    if (answer.hang) return;
    if (answer.reset) return void request.socket.resetAndDestroy();
    const text = typeof answer.body === "string" ? answer.body : (JSON.stringify(answer.body) ?? "");
    response.writeHead(answer.status ?? 200, { "content-type": "application/json", ...answer.headers }).end(text);
  }

  private acknowledge(name: string, body: unknown, response: ServerResponse): void {
    if (!/^POST \/api\/sessions\/[^/]+\/events$/.test(name) || !Array.isArray(body)) {
      this.unexpected.push(name);
      return void response.writeHead(500).end();
    }
    const events = (body as { eventId: string }[]).map(({ eventId }) => ({ seq: this.seqOf(eventId), eventId }));
    const answer = { success: true, count: events.length, seq: events.at(-1)!.seq, events };
    response.writeHead(201, { "content-type": "application/json" }).end(JSON.stringify(answer));
  }

  private seqOf(eventId: string): number {
    const seq = this.seqs.get(eventId) ?? this.seqs.size + 1;
    this.seqs.set(eventId, seq);
    return seq;
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

function parseBody(text: string, type = ""): unknown {
  if (text === "") return null;
  if (!type.startsWith("application/x-ndjson")) return JSON.parse(text);
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}
