import { AppError } from "../core/errors.js";
import { errorOfResponse } from "./problem.js";

interface RequestOptions {
  method?: string;
  query?: Record<string, string | number | boolean | readonly string[] | undefined>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  body?: string;
  headers?: Record<string, string | undefined>;
  signal?: AbortSignal;
  /** The answer is read for as long as it comes; else the whole exchange has a time limit. */
  streamed?: boolean;
}

/** What the client uses of `fetch`; the global one fits. */
export type FetchLike = (url: string, init: FetchInit) => Promise<ResponseLike>;

interface FetchInit {
  method: string;
  headers: Record<string, string>;
  body?: string;
  signal?: AbortSignal;
}

export interface ResponseLike {
  readonly url: string;
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array> | null;
  text(): Promise<string>;
}

export interface Requester {
  readonly url: string;
  /** @throws AppError what the server answered, or `no_server` */
  send(path: string, options?: RequestOptions): Promise<ResponseLike>;
  /** The answer's body, parsed. */
  json<T>(path: string, options?: RequestOptions): Promise<T>;
}

export interface RequesterOptions {
  url: string;
  fetch?: FetchLike;
  /** Milliseconds that an exchange may take; streams are exempt. */
  timeoutMs?: number;
}

export function createRequester({ url, fetch = defaultFetch, timeoutMs = 30_000 }: RequesterOptions): Requester {
  const base = parseServerUrl(url);

  async function send(path: string, options: RequestOptions = {}): Promise<ResponseLike> {
    const target = withQuery(base, path, options.query);
    const response = await fetch(target, toInit(options, timeoutMs)).catch((error: unknown) => {
      throw unreachable(base, error, options.signal);
    });
    if (!response.ok) throw await errorOfResponse(response);
    return response;
  }

  async function json<T>(path: string, options?: RequestOptions): Promise<T> {
    const response = await send(path, options);
    const text = await response.text().catch((error: unknown) => {
      throw unreachable(base, error, options?.signal);
    });
    return parseBody<T>(base, text);
  }

  return { url: base, send, json };
}

const defaultFetch: FetchLike = (url, init) => globalThis.fetch(url, init);

/** The URL without a trailing slash. @throws AppError `usage` where it is no http(s) URL */
export function parseServerUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new AppError("usage", `'${text}' is not the URL of a server. Give one such as http://localhost:9000.`);
  }
  return (url.origin + url.pathname).replace(/\/+$/, "");
}

/** What a failure of `fetch` itself means: nobody answers at `url`. An abort stays what it is. */
export function unreachable(url: string, error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  const reason = reasonOf(error);
  return new AppError(
    "no_server",
    `No server answers at ${url} (${reason}). Start one with 'claude-sessions serve', or name another with --url or SESSION_SERVICE_URL.`,
    { cause: error },
  );
}

const reasons: Record<string, string> = {
  ECONNREFUSED: "connection refused",
  ENOTFOUND: "unknown host",
  EAI_AGAIN: "unknown host",
  ECONNRESET: "connection reset",
  ETIMEDOUT: "timed out",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "network unreachable",
  UND_ERR_SOCKET: "connection lost",
  UND_ERR_CONNECT_TIMEOUT: "timed out",
};

interface FetchCause {
  name?: string;
  code?: string;
  message?: string;
  /** Of each address that was tried. */
  errors?: { code?: string }[];
}

function reasonOf(error: unknown): string {
  const cause = ((error as Error | undefined)?.cause ?? error ?? {}) as FetchCause;
  if (cause.name === "TimeoutError") return "timed out";
  const code = cause.code ?? cause.errors?.find((each) => each.code)?.code ?? "";
  return reasons[code] ?? (code || cause.message || "no connection");
}

function toInit({ method, json, body, headers, signal, streamed }: RequestOptions, timeoutMs: number): FetchInit {
  const given = Object.entries({ ...(json === undefined ? {} : { "content-type": "application/json" }), ...headers });
  const signals = [signal, streamed ? undefined : AbortSignal.timeout(timeoutMs)].filter((each) => each !== undefined);
  return {
    method: method ?? "GET",
    headers: Object.fromEntries(given.filter((entry): entry is [string, string] => entry[1] !== undefined)),
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...(body === undefined ? {} : { body }),
    ...(signals.length > 0 ? { signal: AbortSignal.any(signals) } : {}),
  };
}

function withQuery(base: string, path: string, query: RequestOptions["query"] = {}): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    parameters.set(key, Array.isArray(value) ? value.join(",") : String(value));
  }
  const text = parameters.toString();
  return base + path + (text === "" ? "" : `?${text}`);
}

function parseBody<T>(url: string, text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    const message = `${url} answered with something other than JSON. Check that it is the URL of a claude-sessions server.`;
    throw new AppError("no_server", message, { cause });
  }
}
