// What the hook agent costs the agent that it is in. Prints {"ratio", "p99Ms", …} as JSON:
// ratio: an agent's own work beside a server that never answers, to the same work without hooks (time that
// this process had of the processor: other programs of the machine do not count); wallRatio: the same by the
// clock, of the quicker steps;
// p99Ms: the 99th percentile of one call, the worst of a server that is down, hung, or answers 500.
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildNodeClient } from "../../scripts/build-node-client.mjs";

const steps = 300;
const stepMs = 10;
const calls = 3000;
const text = "The quick brown fox jumps over the lazy dog. ".repeat(20);

const answers = {
  hung: () => {},
  failing: (_request, response) => response.writeHead(500).end(),
};

await buildNodeClient();
const { HookAgent } = await import("./dist/index.js");

const { ratio, wallRatio } = await measureWork();
const p99MsOf = {
  down: await measureCalls("down"),
  hung: await measureCalls("hung"),
  failing: await measureCalls("failing"),
};
const p99Ms = Math.max(...Object.values(p99MsOf));
process.stdout.write(`${JSON.stringify({ ratio, p99Ms, wallRatio, p99MsOf })}\n`);

/** Steps with and without hooks take turns, so that whatever else the machine does falls on both. */
async function measureWork() {
  return withAgent("hung", async (agent) => {
    const rounds = calibrate();
    const wall = { with: [], without: [] };
    const spent = { with: 0, without: 0 };
    await agent.start({ userId: "bench" });
    for (let i = 0; i < steps * 2; i++) {
      const kind = i % 2 === 0 ? "with" : "without";
      const cpu = process.cpuUsage();
      const started = performance.now();
      work(rounds);
      if (kind === "with") await logStep(agent, i);
      await new Promise((resolve) => setImmediate(resolve));
      if (i < 20) continue;
      wall[kind].push(performance.now() - started);
      const { user, system } = process.cpuUsage(cpu);
      spent[kind] += user + system;
    }
    return {
      ratio: round(spent.with / spent.without, 4),
      wallRatio: round(quarter(wall.with) / quarter(wall.without), 4),
    };
  });
}

async function logStep(agent, i) {
  await agent.logAction({ type: "tool_call", toolCallId: `c${i}`, tool: "search", input: { q: text } });
  await agent.logResponse({ type: "tool_result", toolCallId: `c${i}`, tool: "search", status: "ok", result: text });
}

/** How many rounds of work make a step, on this machine, once it is warm. */
function calibrate() {
  for (let i = 0; i < 50; i++) work(1000);
  const before = process.cpuUsage();
  for (let i = 0; i < 50; i++) work(1000);
  const { user, system } = process.cpuUsage(before);
  return Math.ceil((50_000 * stepMs * 1000) / (user + system));
}

function work(rounds) {
  const hash = createHash("sha256");
  for (let i = 0; i < rounds; i++) hash.update(JSON.stringify({ i, text: text.slice(0, 200) }));
  return hash.digest("hex");
}

/** The time that a quarter of the steps took at most. */
function quarter(times) {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 4)];
}

async function measureCalls(kind) {
  return withAgent(kind, async (agent) => {
    const times = [];
    for (let i = 0; i < calls + 200; i++) {
      const started = performance.now();
      await agent.logAction({ type: "tool_call", tool: "search", n: i, input: { q: text } });
      if (i >= 200) times.push(performance.now() - started);
      if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return round(times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)], 3);
  });
}

async function withAgent(kind, measure) {
  const server = createServer(answers[kind] ?? answers.hung);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  const spool = mkdtempSync(join(tmpdir(), "hook-agent-bench-"));
  if (kind === "down") await new Promise((resolve) => server.close(resolve));
  const quick = { requestTimeoutMs: 200, closeTimeoutMs: 1, onWarning: () => {} };
  const agent = new HookAgent({ sessionId: "bench", url, spool, ...quick });
  try {
    return await measure(agent);
  } finally {
    await agent.close();
    server.closeAllConnections();
    server.close();
    rmSync(spool, { recursive: true, force: true });
  }
}

function round(value, digits) {
  return Number(value.toFixed(digits));
}
