import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "../../src/client/http-client.js";
import type { EventInput } from "../../src/client/types.js";
import type { Group } from "../bench.js";
import { atMost, interleave, within, type Figure } from "../figures.js";
import { residentMegabytes, stop } from "../program.js";
import { startServer, type Server } from "../server.js";

const program = join("bin", "claude-sessions.js");
const session = "watched";
const rounds = 9;
const perSecond = 1_000;
/** For how many minutes it is left open under load, after the first; by default for half a one. */
const minutes = Number(process.env["BENCH_WATCH_MINUTES"] ?? 0.5);
const warmUpMs = minutes < 1 ? 30_000 : 60_000;
const sampleMs = 5_000;
/** The kernel counts the time of processes in hundredths of a second. */
const tickMs = 10;

/** The terminal dashboard: how soon it draws, and what it costs to leave it open. */
export const watch: Group = {
  name: "watch",
  async run(bench) {
    bench.say("the terminal dashboard");
    await using server = await startServer(bench.folder());
    const client = createClient({ url: urlOf(server) });
    await client.createSession({ sessionId: session });
    const first = await firstFrame(server);
    bench.say(`the terminal dashboard at ${perSecond} events/s, for ${minutes} minutes`);
    bench.makeStoresAhead();
    return [first, ...(await underLoad(server))];
  },
};

function urlOf({ port }: Server): string {
  return `http://127.0.0.1:${port}`;
}

async function firstFrame(server: Server): Promise<Figure> {
  const times = await interleave(rounds, {
    node: () => timeUntil(["-e", "console.log('frame')"], "frame"),
    watch: () => timeUntil([program, "watch", "--url", urlOf(server)], "claude-sessions"),
  });
  const milliseconds = (value: number) => ({ value, unit: "ms" });
  return atMost(5, {
    name: "claude-sessions watch, first frame",
    than: "node -e",
    measured: milliseconds(times.watch),
    baseline: milliseconds(times.node),
  });
}

/** From the start of a program in a terminal to the first `text` that it writes. */
async function timeUntil(args: readonly string[], text: string): Promise<number> {
  const started = performance.now();
  const { child } = inTerminal(args);
  let written = "";
  for await (const chunk of child.stdout!) {
    written += String(chunk);
    if (written.includes(text)) break;
  }
  const took = performance.now() - started;
  await stop(child, "SIGKILL");
  return took;
}

async function underLoad(server: Server): Promise<Figure[]> {
  const running = new AbortController();
  const load = appendUntil(server, running.signal);
  const { child, pid, bytes } = inTerminal([program, "watch", session, "--url", urlOf(server)]);
  try {
    await sleep(warmUpMs);
    const before = { at: performance.now(), cpu: cpuMs(pid()), bytes: bytes(), memory: residentMegabytes(pid()) };
    let most = before.memory;
    while (performance.now() - before.at < minutes * 60_000) {
      await sleep(sampleMs);
      most = Math.max(most, residentMegabytes(pid()));
    }
    const elapsed = performance.now() - before.at;
    return [
      within(
        { value: 25, unit: "% of a core" },
        "watch at 1,000 events/s",
        ((cpuMs(pid()) - before.cpu) / elapsed) * 100,
      ),
      within({ value: 20, unit: "MB" }, "memory that it gains meanwhile, at most", most - before.memory),
      within(
        { value: 100, unit: "KB/s" },
        "what it writes to the terminal",
        (bytes() - before.bytes) / 1_024 / (elapsed / 1_000),
      ),
    ];
  } finally {
    await stop(child, "SIGKILL");
    running.abort();
    await load;
  }
}

/** A program in a terminal of 200 × 50, of which everything that it writes is read. */
function inTerminal(args: readonly string[]): { child: ChildProcess; pid(): number; bytes(): number } {
  const command = ["stty cols 200 rows 50; exec", process.execPath, ...args.map((arg) => `"${arg}"`)].join(" ");
  const child = spawn("script", ["--quiet", "--flush", "--return", "--command", command, "/dev/null"], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { ...process.env, TERM: "xterm-256color", COLORTERM: "truecolor" },
  });
  let bytes = 0;
  child.stdout.on("data", (chunk: Buffer) => (bytes += chunk.length));
  return { child, pid: () => onlyChild(child.pid!), bytes: () => bytes };
}

function onlyChild(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]);
}

/** What a process has taken of a core so far. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

/** Messages and tool calls as an agent makes them, at a steady rate. */
async function appendUntil(server: Server, signal: AbortSignal): Promise<void> {
  const client = createClient({ url: urlOf(server) });
  const started = performance.now();
  for (let sent = 0; !signal.aborted;) {
    const due = Math.floor(((performance.now() - started) / 1_000) * perSecond);
    const events = Array.from({ length: Math.min(500, due - sent) }, (_, index) => eventOf(sent + index));
    if (events.length > 0) await client.appendMany(session, events);
    sent += events.length;
    await sleep(20);
  }
}

function eventOf(number: number): EventInput {
  const toolCallId = `call-${number >> 1}`;
  const text = `step ${number}: ${"some words that an agent might say ".repeat(4)}`;
  const call = { tool: "Bash", toolCallId };
  if (number % 4 === 0) return { type: "action", data: { type: "bash_exec", ...call, input: { command: text } } };
  if (number % 4 === 1) return { type: "response", data: { type: "tool_result", ...call, status: "ok", result: text } };
  return { type: "response", data: { type: "assistant_message", text } };
}
