import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Group } from "../bench.js";
import { atMost, interleave } from "../figures.js";
import { startServer } from "../server.js";

const rounds = 21;
const program = join("bin", "claude-sessions.js");

/** From the start of a command to its end. */
export const startUp: Group = {
  name: "start-up",
  async run(bench) {
    bench.say("start-up of commands");
    await using server = await startServer(bench.folder());
    const query = [program, "query", "recent", "--url", `http://127.0.0.1:${server.port}`];
    await runOnce(query);
    await runOnce([program, "--help"]);
    const times = await interleave(rounds, {
      node: () => runOnce(["-e", "0"]),
      help: () => runOnce([program, "--help"]),
      query: () => runOnce(query),
    });
    const milliseconds = (value: number) => ({ value, unit: "ms" });
    const than = "node -e 0";
    const baseline = milliseconds(times.node);
    return [
      atMost(2, { name: "claude-sessions --help", than, measured: milliseconds(times.help), baseline }),
      atMost(2, { name: "claude-sessions query recent", than, measured: milliseconds(times.query), baseline }),
    ];
  },
};

async function runOnce(args: string[]): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  const [code] = (await once(child, "exit")) as [number];
  if (code !== 0) throw new Error(`node ${args.join(" ")} ended with ${code}`);
  return performance.now() - started;
}
