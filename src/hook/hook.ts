import { writeSync } from "node:fs";
import { readStdin } from "./stdin.js";
import { post, type Answer } from "./post.js";
import { deliveryHeaders, sendSpooled, verdict } from "./send.js";
import {
  awayFor,
  deliveryName,
  keep,
  markAway,
  markBack,
  reject,
  spoolFor,
  spoolRoot,
  trim,
  waiting,
  type Delivery,
  type Spool,
} from "./spool.js";

/*
 * `claude-sessions hook <agent>`: hands what an agent's hook is told to the server. It prints
 * nothing but a server's decision, ends with 0 whatever happens, and is over within its bound.
 */

/** From the start of the process to its end, in milliseconds. */
const boundMs = 1_500;
/** For so long after a failure nobody waits for the server. */
const restMs = 10_000;

async function main(args: readonly string[]): Promise<void> {
  const agent = args[0] ?? "";
  if (!/^[a-z][a-z0-9-]*$/.test(agent)) return;
  const wait = Number(optionOf(args, "--wait") ?? 0) * 1000;
  const until = wait > 0 ? wait : boundMs;
  setTimeout(end, Math.max(0, until - performance.now())).unref();
  const body = inputOf(args) ?? (await readStdin(leftOf(until) / 2));
  if (body === undefined || body.length === 0) return;
  const server = (optionOf(args, "--url") || process.env["SESSION_SERVICE_URL"] || "http://localhost:9000").replace(
    /\/+$/,
    "",
  );
  const target = `${server}/hooks/${agent}`;
  if (/^https?:/.test(target) && URL.canParse(target)) await hand(spoolOf(server), deliveryOf(target, body), until);
}

function spoolOf(server: string): Spool | undefined {
  const root = spoolRoot(process.env);
  return root === undefined ? undefined : spoolFor(root, server);
}

function deliveryOf(target: string, body: Buffer): Delivery {
  const now = Date.now();
  return { name: deliveryName(now), target: `${target}${processQuery()}`, time: new Date(now).toISOString(), body };
}

async function hand(spool: Spool | undefined, delivery: Delivery, until: number): Promise<void> {
  const rests = spool !== undefined && (awayFor(spool, Date.now()) ?? restMs) < restMs;
  if (spool !== undefined && (rests || waiting(spool).length > 0)) {
    keep(spool, delivery);
    if (!rests) await sendSpooled(spool, { env: process.env, timeoutMs: leftOf(until), now: Date.now });
    return;
  }
  const { target, body } = delivery;
  const headers = deliveryHeaders(delivery, process.env);
  const answer = await post({ url: new URL(target), headers, body, timeoutMs: leftOf(until) });
  settle(spool, delivery, answer);
}

function settle(spool: Spool | undefined, delivery: Delivery, answer: Answer | undefined): void {
  const judged = verdict(answer);
  if (judged === "stored") {
    if (spool !== undefined) markBack(spool);
    const decision = answer!.body.trim();
    if (decision.startsWith("{") && decision !== "{}") writeSync(1, decision);
    return;
  }
  if (spool === undefined) return;
  keep(spool, delivery);
  if (judged === "refused") return reject(spool, delivery.name, answer!.status);
  markAway(spool, Date.now());
  trim(spool, Date.now());
}

/** With the agent's process the server notices its end, where the server is on the same machine. */
function processQuery(): string {
  const pid = process.env["CLAUDE_PID"];
  if (!pid || !/^\d+$/.test(pid)) return "";
  return `?pid=${pid}&host=${encodeURIComponent(process.getBuiltinModule("node:os").hostname())}`;
}

/** What is left of the time, with enough kept back to write the input down. */
function leftOf(until: number): number {
  return Math.max(0, until - 100 - performance.now());
}

function optionOf(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at === -1 ? undefined : args[at + 1];
}

/** Codex's `notify` gives its JSON as the last argument. */
function inputOf(args: readonly string[]): Buffer | undefined {
  const last = args.at(-1) ?? "";
  return args.length > 1 && last.startsWith("{") ? Buffer.from(last) : undefined;
}

function end(): void {
  process.exit(0);
}

process.on("uncaughtException", end);
// Through the launcher the command's own name comes first.
const args = process.argv.slice(process.argv[2] === "hook" ? 3 : 2);
void main(args).catch(end).finally(end);
