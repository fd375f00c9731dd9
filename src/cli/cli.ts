import { AppError } from "../core/errors.js";
import { createPaint, type Paint } from "./colors.js";
import { usesColor, type CliContext } from "./context.js";
import { createOutput, type Output } from "./output.js";
import { formatTable, formatTsv, type Column } from "./table.js";
import { printableJson } from "./text.js";

/** What a command works with: its surroundings, and ways to answer a person or a script. */
export interface Cli {
  context: CliContext;
  out: Output;
  paint: Paint;
  /** A line for the person at the terminal, on stderr, so that it never gets into a script's input. */
  note(line: string): void;
}

export function createCli(context: CliContext): Cli {
  return {
    context,
    out: createOutput(context.stdout),
    paint: createPaint(usesColor(context, context.isTTY.stdout)),
    note: (line) => void context.stderr.write(`${line}\n`),
  };
}

/** Runs a command that Ctrl-C, SIGTERM or a closed output ends. A second signal ends the process at once. */
export async function interruptible<T>({ context, out }: Cli, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = context.onSignal(() => {
    if (controller.signal.aborted) context.exit(130);
    controller.abort(new AppError("interrupted", "Interrupted."));
  });
  const signal = AbortSignal.any([controller.signal, out.closed]);
  try {
    const result = await run(signal);
    signal.throwIfAborted();
    return result;
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    stop();
  }
}

/** A table for a person, tab-separated values for a pipe. */
export async function printRows<T>(
  cli: Cli,
  columns: readonly Column<T>[],
  rows: readonly T[],
  empty: string,
): Promise<void> {
  if (!cli.context.isTTY.stdout) return cli.out.write(formatTsv(columns, rows));
  if (rows.length === 0) return cli.out.write(`${cli.paint("dim", empty)}\n`);
  await cli.out.write(formatTable(columns, rows, cli.context.columns, cli.paint));
}

export async function printJson({ out, context }: Cli, value: unknown): Promise<void> {
  const json = JSON.stringify(value, null, 2);
  await out.write(`${context.isTTY.stdout ? printableJson(json) : json}\n`);
}

/** One line of JSON, as it came. */
export async function printJsonLine({ out, context }: Cli, json: string): Promise<void> {
  await out.write(`${context.isTTY.stdout ? printableJson(json) : json}\n`);
}
