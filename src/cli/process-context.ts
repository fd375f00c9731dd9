import { homedir } from "node:os";
import type { CliContext, Signal } from "./context.js";

/** The surroundings of the process itself. */
export function processContext(): CliContext {
  const { stdout, stderr, env } = process;
  stderr.on("error", () => {});
  return {
    stdout,
    stderr,
    // Opening it costs every start two milliseconds, and few commands read it.
    get stdin() {
      return process.stdin;
    },
    env,
    cwd: process.cwd(),
    home: homedir(),
    isTTY: { stdout: stdout.isTTY, stderr: stderr.isTTY },
    columns: stdout.columns ?? 80,
    now: Date.now,
    onSignal,
    exit: (code) => process.exit(code),
  };
}

function onSignal(listener: (signal: Signal) => void): () => void {
  process.on("SIGINT", listener);
  process.on("SIGTERM", listener);
  return () => {
    process.off("SIGINT", listener);
    process.off("SIGTERM", listener);
  };
}
