import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import type { JsonObject } from "../../core/json.js";
import { createMemoryStore } from "../../storage/memory/memory-store.js";
import type { SessionStore } from "../../storage/session-store.js";
import { startServer, type RunningServer, type ServerOptions } from "../start-server.js";

export interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test says what it expects of a body
  body: any;
}

export interface CallOptions {
  headers?: Record<string, string>;
  /** Sent in these pieces, without a Content-Length. */
  chunks?: readonly Uint8Array[];
}

export interface TestServer extends AsyncDisposable {
  url: string;
  port: number;
  store: SessionStore;
  dashboard: RunningServer["dashboard"];
  /** Sends the path as it is written; a body that is no string is sent as JSON. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answered>;
  close(): Promise<void>;
}

/** A real server on a free port over a store in memory. */
export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const store = options.store ?? createMemoryStore();
  const server = await startServer({ host: "127.0.0.1", port: 0, version: "0.0.0-test", ...options, store });
  return {
    ...server,
    store,
    call: (method, path, body, call = {}) => sendRequest(server.port, method, path, body, call),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function sendRequest(
  port: number,
  method: string,
  path: string,
  body: unknown,
  { headers, chunks }: CallOptions,
): Promise<Answered> {
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const length = text === undefined ? {} : { "content-length": String(Buffer.byteLength(text)) };
    const request = httpRequest(
      { host: "127.0.0.1", port, method, path, headers: { ...length, ...headers }, agent: false },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", reject);
        response.on("end", () => {
          const answer = Buffer.concat(parts).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: answer, body: parsed(answer) });
        });
      },
    );
    request.on("error", reject);
    for (const chunk of chunks ?? []) request.write(chunk);
    request.end(text);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return undefined;
  }
}
