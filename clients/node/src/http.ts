import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { Agent as TlsAgent, request as httpsRequest } from "node:https";

export interface HttpAnswer {
  status: number;
  text: string;
  /** Milliseconds that the server asks to wait for; 0 where it asks for nothing. */
  retryAfterMs: number;
}

export interface HttpCall {
  method: string;
  /** Appended to the server's URL. */
  path: string;
  type?: string;
  body?: string;
}

/** Longest that a server's Retry-After is honoured for. */
const maxRetryAfterMs = 3_600_000;
/** A state or a log is shorter; whatever answers with more is no server of ours. */
const maxAnswerBytes = 256 * 1024 * 1024;

/**
 * The connection to one server: one socket, kept open between requests, which never keeps the
 * process alive by itself.
 */
export class HttpClient {
  private readonly base: URL;
  private readonly basePath: string;
  private readonly timeoutMs: number;
  private readonly agent: Agent;
  private readonly request: typeof httpRequest;
  private readonly active = new Set<ClientRequest>();

  constructor(base: URL, timeoutMs: number) {
    const secure = base.protocol === "https:";
    this.base = base;
    this.basePath = base.pathname.replace(/\/+$/, "");
    this.timeoutMs = timeoutMs;
    this.agent = new (secure ? TlsAgent : Agent)({ keepAlive: true, maxSockets: 4, maxFreeSockets: 1 });
    this.request = secure ? httpsRequest : httpRequest;
  }

  /** @throws Error where no answer comes in time */
  async call(call: HttpCall, timeoutMs = this.timeoutMs): Promise<HttpAnswer> {
    const signal: Deadline = { expired: false, request: undefined };
    const timer = setTimeout(() => expire(signal, timeoutMs), timeoutMs);
    timer.unref();
    try {
      return await this.exchange(call, signal);
    } finally {
      clearTimeout(timer);
    }
  }

  /** A socket that the server closed while it was idle says nothing about the request: it is sent once more. */
  private async exchange(call: HttpCall, deadline: Deadline): Promise<HttpAnswer> {
    try {
      return await this.send(call, deadline);
    } catch (error) {
      if (deadline.expired || !deadline.request?.reusedSocket || !isClosed(error)) throw error;
      return this.send(call, deadline);
    }
  }

  private send({ method, path, type, body }: HttpCall, deadline: Deadline): Promise<HttpAnswer> {
    const headers: Record<string, string | number> = {
      accept: "application/json",
      "user-agent": "container-hook-agent",
    };
    if (type !== undefined) headers["content-type"] = type;
    if (body !== undefined) headers["content-length"] = Buffer.byteLength(body);
    else if (method !== "GET") headers["content-length"] = 0;
    return new Promise((resolve, reject) => {
      const request = this.request(this.base, { method, path: this.basePath + path, headers, agent: this.agent });
      deadline.request = request;
      this.active.add(request);
      request.on("close", () => this.active.delete(request));
      request.on("socket", (socket) => {
        socket.unref();
        // Where several addresses were tried, the one that answered is another handle.
        if (socket.connecting) socket.once("connect", () => socket.unref());
      });
      request.on("error", reject);
      request.on("response", (response) => {
        readAnswer(response).then(resolve, reject);
      });
      request.end(body);
    });
  }

  /** Breaks off whatever is under way. */
  close(): void {
    for (const request of this.active) request.destroy(new Error("the agent was closed"));
    this.agent.destroy();
  }
}

interface Deadline {
  expired: boolean;
  request: ClientRequest | undefined;
}

function expire(deadline: Deadline, timeoutMs: number): void {
  deadline.expired = true;
  deadline.request?.destroy(new Error(`no answer within ${timeoutMs} ms`));
}

function isClosed(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ECONNRESET" || code === "EPIPE";
}

function readAnswer(response: IncomingMessage): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    response.on("data", (part: Buffer) => {
      bytes += part.length;
      if (bytes > maxAnswerBytes) response.destroy(new Error("the answer is too long"));
      else parts.push(part);
    });
    response.on("error", reject);
    response.on("aborted", () => reject(new Error("the connection was lost during the answer")));
    response.on("end", () => {
      const { statusCode = 0, headers } = response;
      const text = Buffer.concat(parts).toString("utf8");
      resolve({ status: statusCode, text, retryAfterMs: parseRetryAfter(headers["retry-after"]) });
    });
  });
}

/** Seconds, or an HTTP date. */
function parseRetryAfter(text: string | undefined): number {
  if (text === undefined) return 0;
  const seconds = Number(text);
  const ms = Number.isNaN(seconds) ? Date.parse(text) - Date.now() : seconds * 1000;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), maxRetryAfterMs) : 0;
}
