import { writeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { HookAgent } from "../../clients/node/src/index.js";

/** An agent that logs numbered events as fast as it can and tells each one that was accepted; see chaos-agent.py. */
interface Work {
  process: string;
  count: number;
  /** Events between two pauses. */
  burst: number;
}

const work = JSON.parse(process.argv[2]!) as Work;
const agent = new HookAgent({
  heartbeatMs: 0,
  backoffMs: 10,
  backoffMaxMs: 100,
  requestTimeoutMs: 2000,
  closeTimeoutMs: 20_000,
});

for (let n = 1; n <= work.count; n++) {
  const record = { type: "step", process: work.process, n, text: "x".repeat((n * 37) % 400) };
  const receipt = n % 3 === 0 ? await agent.logResponse(record) : await agent.logAction(record);
  writeSync(1, receipt === undefined ? `lost ${n}\n` : `accepted ${n}\n`);
  if (n % work.burst === 0) await pause(5);
}
await agent.flush(20_000);
await agent.close();
