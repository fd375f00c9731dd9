import { execa, ExecaError } from "execa";
import { AppError } from "../core/errors.js";

export interface CommandOptions {
  cwd?: string;
  /** The whole environment; without it, this process's. */
  env?: Record<string, string | undefined>;
  signal?: AbortSignal;
  /** Each line that it prints, as it comes. */
  onLine?: (line: string) => void;
}

/** Runs a command to its end and answers what it printed. @throws AppError with the end of its output where it fails */
export async function runCommand(
  file: string,
  args: readonly string[],
  { cwd, env, signal, onLine }: CommandOptions = {},
): Promise<string> {
  const command = execa(file, args, {
    cwd,
    ...(env && { env: withoutUndefined(env), extendEnv: false }),
    ...(signal && { cancelSignal: signal }),
    stdin: "ignore",
    all: true,
    maxBuffer: 20_000_000,
  });
  const lines = onLine && forEachLine(command.iterable({ from: "all" }), onLine);
  try {
    const { stdout } = await command;
    await lines;
    return stdout;
  } catch (error) {
    signal?.throwIfAborted();
    throw failed(file, args, error);
  }
}

async function forEachLine(lines: AsyncIterable<string>, onLine: (line: string) => void): Promise<void> {
  try {
    for await (const line of lines) onLine(line);
  } catch {
    // The command itself tells of its failure.
  }
}

function withoutUndefined(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)) as Record<string, string>;
}

function failed(file: string, args: readonly string[], error: unknown): AppError {
  const command = [file, ...args].join(" ").slice(0, 300);
  if (!(error instanceof ExecaError)) return new AppError("internal", `'${command}' failed.`, { cause: error });
  const how = error.exitCode === undefined ? error.originalMessage : `exit code ${error.exitCode}`;
  const { all } = error as { all?: string };
  const printed = (all ?? "").trim().split("\n").slice(-30).join("\n");
  return new AppError("internal", `'${command}' failed (${how}).${printed && `\n${printed}`}`, { cause: error });
}
