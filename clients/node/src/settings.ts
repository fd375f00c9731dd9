import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { RedactionOptions } from "./redact.js";
import type { WriteLine } from "./warnings.js";

/** How a {@link HookAgent} works; everything has a default. Times are milliseconds. */
export interface HookAgentOptions {
  /** Default: the environment's `SESSION_ID`. Without one every call is a no-op. */
  sessionId?: string;
  /** Default: `SESSION_SERVICE_URL`, else `http://localhost:9000`. */
  url?: string;
  /** Throw a HookAgentError where something is wrong. Default: tell it once on stderr and go on. */
  strict?: boolean;
  /**
   * Where unsent events are kept on disk; false for memory alone. Default: `CLAUDE_SESSIONS_SPOOL`
   * (a folder, or `off`), else a folder of the user's own in the temp folder.
   */
  spool?: string | boolean;
  /** An event is sent at most this much later. Default 20. */
  flushIntervalMs?: number;
  /** Most events of one request. Default 500. */
  batchSize?: number;
  /** Most bytes of one request, unless one event alone is longer. Default 1,000,000. */
  batchBytes?: number;
  /** Most events that wait; the oldest are dropped, and the server is told how many. Default 10,000. */
  maxQueue?: number;
  /** Most bytes that wait. Default 16 MiB. */
  maxQueueBytes?: number;
  /** A longer record is cut, with its beginning kept. Default 1,000,000. */
  maxEventBytes?: number;
  /** Most time for one request, and for a call that waits for the server. Default 10,000. */
  requestTimeoutMs?: number;
  /** Most time that `close`, `flush` and `finalizeSession` wait. Default 5,000. */
  closeTimeoutMs?: number;
  /** Most time that the end of the process is held up to send what is left. Default 2,000. */
  exitTimeoutMs?: number;
  /**
   * On SIGTERM and SIGINT, where the program has no listener of its own, first send what is left,
   * then end as the signal would have. Default true.
   */
  handleSignals?: boolean;
  /** The first pause before a request is tried again; it doubles. Default 200. */
  backoffMs?: number;
  /** The longest pause. Default 30,000. */
  backoffMaxMs?: number;
  /** How often a sign of life is sent; 0 for never. Default 15,000. */
  heartbeatMs?: number;
  /** What is removed before anything is queued; false for nothing. Default: the usual secrets. */
  redact?: boolean | RedactionOptions;
  /** Read instead of `process.env`. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Takes the lines that would go to stderr. */
  onWarning?: WriteLine;
}

export interface Settings extends Required<
  Omit<HookAgentOptions, "sessionId" | "url" | "spool" | "env" | "onWarning">
> {
  /** Undefined where there is none that could be used; {@link problem} says why. */
  sessionId: string | undefined;
  problem: string | undefined;
  url: URL;
  /** The folder; undefined for memory alone. */
  spool: string | undefined;
}

const sessionIdPattern = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const defaultUrl = "http://localhost:9000";

const defaults = {
  strict: false,
  flushIntervalMs: 20,
  batchSize: 500,
  batchBytes: 1_000_000,
  maxQueue: 10_000,
  maxQueueBytes: 16 * 1024 * 1024,
  maxEventBytes: 1_000_000,
  requestTimeoutMs: 10_000,
  closeTimeoutMs: 5000,
  exitTimeoutMs: 2000,
  handleSignals: true,
  backoffMs: 200,
  backoffMaxMs: 30_000,
  heartbeatMs: 15_000,
  redact: true,
} as const;

export function readSettings(options: HookAgentOptions): Settings {
  const env = options.env ?? process.env;
  const { sessionId, problem } = readSession(options.sessionId ?? env["SESSION_ID"]);
  const url = readUrl(options.url ?? (env["SESSION_SERVICE_URL"] || defaultUrl));
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return {
    ...defaults,
    ...given,
    sessionId: url === undefined ? undefined : sessionId,
    problem: url === undefined ? badUrl : problem,
    url: url ?? new URL(defaultUrl),
    spool: readSpool(options.spool, env),
  };
}

const badUrl =
  "SESSION_SERVICE_URL is not the URL of a server, so nothing is recorded. Set it to one such as http://localhost:9000.";

function readSession(text: string | undefined): Pick<Settings, "sessionId" | "problem"> {
  if (text !== undefined && sessionIdPattern.test(text)) return { sessionId: text, problem: undefined };
  const problem = text
    ? "SESSION_ID is not a session id, so nothing is recorded. It must be 1 to 128 letters, digits, '.', '_' or '-', and begin with a letter or digit."
    : "SESSION_ID is not set, so nothing is recorded. Set it to the id of the session that this process works in.";
  return { sessionId: undefined, problem };
}

function readUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === "http:" || url?.protocol === "https:" ? url : undefined;
}

function readSpool(option: string | boolean | undefined, env: HookAgentOptions["env"]): string | undefined {
  if (option === false) return undefined;
  if (typeof option === "string" && option !== "") return option;
  const named = env?.["CLAUDE_SESSIONS_SPOOL"];
  if (named === "off") return undefined;
  return named || join(tmpdir(), `claude-sessions-spool-${userName()}`);
}

function userName(): string {
  const uid = process.getuid?.();
  if (uid !== undefined) return String(uid);
  try {
    return userInfo().username.replaceAll(/[^A-Za-z0-9._-]/g, "_") || "user";
  } catch {
    return "user";
  }
}
