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
 * nothing but a server's decision, ends with 0 whatever happens, and is over within its bound. With
 * `--wait <seconds>` a person may answer a permission request through the server for so long; only a
 * server that shows at once that it is there is waited for.
 */

/** From the start of the process to its end, in milliseconds. */
const boundMs = 1_500;
/** For so long after a failure nobody waits for the server. */
const restMs = 10_000;
/** In which a server that a person is to answer through has to show that it is there. */
const patienceMs = 300;
const remotePatienceMs = 1_200;
/** Beyond a wait, for the way there and back. */
const slackMs = 5_000;

async function main(args: readonly string[]): Promise<void> {
  const agent = args[0] ?? "";
  if (!/^[a-z][a-z0-9-]*$/.test(agent)) return;
  const waitSeconds = Number(optionOf(args, "--wait") ?? 0);
  const until = waitSeconds > 0 ? boundMs + slackMs + waitSeconds * 1000 : boundMs;
  setTimeout(end, Math.max(0, until - performance.now())).unref();
  const body = inputOf(args) ?? (await readStdin(leftOf(boundMs) / 2));
  if (body === undefined || body.length === 0) return;
  const server = serverOf(args);
  const target = `${server}/hooks/${agent}`;
  if (!isUrl(target)) return;
  const [spool, delivery] = [spoolOf(server), deliveryOf(target, body)];
  if (waitSeconds > 0 && (await ask(spool, delivery, waitSeconds))) return;
  await hand(spool, delivery, Math.max(boundMs, performance.now() + patienceMs));
}

function serverOf(args: readonly string[]): string {
  const given = optionOf(args, "--url") || process.env["SESSION_SERVICE_URL"] || "http://localhost:9000";
  return given.replace(/\/+$/, "");
}

function isUrl(target: string): boolean {
  return /^https?:/.test(target) && URL.canParse(target);
}

/** Has the server ask a person, and prints what is decided. False where the server has not taken the request. */
async function ask(spool: Spool | undefined, delivery: Delivery, seconds: number): Promise<boolean> {
  if (rests(spool)) return false;
  const url = new URL(delivery.target);
  const timeoutMs = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname) ? patienceMs : remotePatienceMs;
  const health = new URL(url.pathname.replace(/\/hooks\/[^/]*$/, "/health"), url);
  const there = await post({ method: "GET", url: health, headers: {}, body: Buffer.alloc(0), timeoutMs });
  if (there?.status !== 200) return false;
  // What came before has to be there first: the call that the request is about.
  if (spool !== undefined) await sendSpooled(spool, { env: process.env, timeoutMs: slackMs, now: Date.now });
  url.searchParams.set("approvals", String(seconds));
  const headers = deliveryHeaders(delivery, process.env);
  const answer = await post({ url, headers, body: delivery.body, timeoutMs: seconds * 1000 + slackMs });
  if (verdict(answer) !== "stored") return false;
  printDecision(answer!);
  return true;
}

function rests(spool: Spool | undefined): boolean {
  return spool !== undefined && (awayFor(spool, Date.now()) ?? restMs) < restMs;
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
  const isAway = rests(spool);
  if (spool !== undefined && (isAway || waiting(spool).length > 0)) {
    keep(spool, delivery);
    if (!isAway) await sendSpooled(spool, { env: process.env, timeoutMs: leftOf(until), now: Date.now });
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
    return printDecision(answer!);
  }
  if (spool === undefined) return;
  keep(spool, delivery);
  if (judged === "refused") return reject(spool, delivery.name, answer!.status);
  markAway(spool, Date.now());
  trim(spool, Date.now());
}

function printDecision({ body }: Answer): void {
  const decision = body.trim();
  if (decision.startsWith("{") && decision !== "{}") writeSync(1, decision);
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
