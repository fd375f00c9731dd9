import { createCli } from "./cli.js";
import type { CliContext } from "./context.js";
import { processContext } from "./process-context.js";
import { createProgram } from "./program.js";
import { reportError } from "./report-error.js";

/**
 * Runs one command line (without the names of node and the script) and resolves to its exit code:
 * 0 ok, 1 failed, 2 wrong usage, 3 no server, 130 interrupted.
 */
export async function main(argv: readonly string[], context: CliContext): Promise<number> {
  let exitCode = 0;
  const program = createProgram(createCli(context), (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    return reportError(error, context, argv.includes("--json"));
  }
}

/** Runs the process's own command line and ends it with the exit code, once all output is written. */
export async function run(): Promise<void> {
  const code = await main(process.argv.slice(2), processContext());
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  process.exit(code);
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.destroyed || !stream.writable) return Promise.resolve();
  return new Promise((resolve) => stream.write("", () => resolve()));
}
