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
    const url = `http://127.0.0.1:${server.port}`;
    const hook = () => runOnce([program, "hook", "claude-code", "--url", url], hookInput, bench.folder());
    const query = [program, "query", "recent", "--url", url];
    await runOnce(query);
    await runOnce([program, "--help"]);
    await hook();
    const times = await interleave(rounds, {
      node: () => runOnce(["-e", "0"]),
      help: () => runOnce([program, "--help"]),
      query: () => runOnce(query),
      hook,
    });
    const milliseconds = (value: number) => ({ value, unit: "ms" });
    const than = "node -e 0";
    const baseline = milliseconds(times.node);
    return [
      atMost(2, { name: "claude-sessions --help", than, measured: milliseconds(times.help), baseline }),
      atMost(2, { name: "claude-sessions query recent", than, measured: milliseconds(times.query), baseline }),
      atMost(1.2, { name: "claude-sessions hook", than, measured: milliseconds(times.hook), baseline }),
    ];
  },
};

/** What Claude Code tells its hook before a command runs; each in the same session. */
const hookInput = JSON.stringify({
  session_id: "bench",
  cwd: "/work",
  hook_event_name: "PreToolUse",
  tool_name: "Bash",
  tool_input: { command: "npm test" },
  tool_use_id: "toolu_bench",
});

async function runOnce(args: string[], input?: string, spool = "off"): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    stdio: [input === undefined ? "ignore" : "pipe", "ignore", "ignore"],
    env: { ...process.env, CLAUDE_SESSIONS_SPOOL: spool },
  });
  child.stdin?.end(input);
  const [code] = (await once(child, "exit")) as [number];
  if (code !== 0) throw new Error(`node ${args.join(" ")} ended with ${code}`);
  return performance.now() - started;
}
