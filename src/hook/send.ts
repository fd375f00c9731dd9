import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { post, type Answer } from "./post.js";
import { markAway, markBack, read, reject, remove, trim, waiting, type Delivery, type Spool } from "./spool.js";

export interface SendOptions {
  env: Record<string, string | undefined>;
  /** Milliseconds for everything. */
  timeoutMs: number;
  /** Epoch milliseconds. */
  now(): number;
  /** Where everything goes, in place of what each was meant for. */
  server?: string;
}

export interface Sent {
  sent: number;
  rejected: number;
  left: number;
  /** The last answer where it was no success: its status, or `none`. */
  failure?: number | "none";
}

/** The headers under which a hook input travels: who it is, so that it is stored once, and when it came. */
export function deliveryHeaders({ name, time }: Delivery, env: SendOptions["env"]): Record<string, string> {
  const token = env["CLAUDE_SESSIONS_TOKEN"]?.replace(/[^\x21-\x7e]/g, "");
  return {
    "Content-Type": "application/json",
    "Idempotency-Key": `hook-${name}`,
    "X-Event-Time": time,
    ...(token ? { Authorization: `Bearer ${token}` } : {}),
  };
}

/** What the server said: it has it, it never will, or it is to be tried again. */
export function verdict(answer: Answer | undefined): "stored" | "refused" | "later" {
  if (answer === undefined) return "later";
  if (answer.status >= 200 && answer.status < 300) return "stored";
  return [400, 405, 413, 415, 422].includes(answer.status) ? "refused" : "later";
}

/** Sends what waits, oldest first, until all is sent, the server fails, or the time is over. One process at a time. */
export async function sendSpooled(spool: Spool, options: SendOptions): Promise<Sent> {
  const total: Sent = { sent: 0, rejected: 0, left: 0 };
  const deadline = performance.now() + options.timeoutMs;
  // Whoever spools while this ends finds the lock taken and leaves its input behind: so it looks again.
  while (total.failure === undefined && waiting(spool).length > 0 && takeLock(spool)) {
    try {
      await sendAll(spool, options, deadline, total);
    } finally {
      rmSync(`${spool.folder}/sending`, { recursive: true, force: true });
    }
  }
  total.left = waiting(spool).length;
  return total;
}

async function sendAll(spool: Spool, options: SendOptions, deadline: number, total: Sent): Promise<void> {
  for (const name of waiting(spool)) {
    const delivery = read(spool, name);
    if (delivery === undefined) continue;
    const url = targetOf(delivery.target, options.server);
    const timeoutMs = deadline - performance.now();
    const headers = deliveryHeaders(delivery, options.env);
    const answer = url && timeoutMs > 0 ? await post({ url, headers, body: delivery.body, timeoutMs }) : undefined;
    const judged = url ? verdict(answer) : "refused";
    if (judged === "later") {
      total.failure = answer?.status ?? "none";
      markAway(spool, options.now());
      trim(spool, options.now());
      return;
    }
    markBack(spool);
    if (judged === "stored") {
      remove(spool, name);
      total.sent += 1;
    } else {
      reject(spool, name, answer?.status ?? 0);
      total.rejected += 1;
    }
  }
}

/** The script leaves the host's name to whoever sends. */
function targetOf(target: string, server: string | undefined): URL | undefined {
  const url = URL.canParse(target) ? new URL(target) : undefined;
  if (url?.searchParams.has("pid") && !url.searchParams.has("host")) {
    url.searchParams.set("host", process.getBuiltinModule("node:os").hostname());
  }
  if (url === undefined || server === undefined) return url;
  const path = /\/hooks\/[^/]*$/.exec(url.pathname)?.[0] ?? url.pathname;
  return new URL(`${server.replace(/\/+$/, "")}${path}${url.search}`);
}

/** No sender needs so long. */
const longestHoldMs = 120_000;

/** A lock whose holder is dead is taken over; two that do so at once send twice what is stored once. */
function takeLock({ folder }: Spool): boolean {
  const lock = `${folder}/sending`;
  try {
    mkdirSync(lock, { mode: 0o700 });
  } catch {
    if (isAlive(lock)) return false;
  }
  try {
    writeFileSync(`${lock}/pid`, String(process.pid));
    return true;
  } catch {
    return false;
  }
}

function isAlive(lock: string): boolean {
  try {
    if (Date.now() - statSync(lock).mtimeMs > longestHoldMs) return false;
    const pid = Number(readFileSync(`${lock}/pid`, "utf8"));
    if (!(pid > 0)) return true;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Taken a moment ago, its holder has not written who it is.
    return ["EPERM", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "");
  }
}
