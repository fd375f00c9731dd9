import type { Readable, Writable } from "node:stream";

export type Signal = "SIGINT" | "SIGTERM";

/** Everything that a command touches of the process it runs in; tests hand in their own. */
export interface CliContext {
  stdout: Writable;
  stderr: Writable;
  stdin: Readable;
  env: Record<string, string | undefined>;
  cwd: string;
  home: string;
  isTTY: { stdout: boolean; stderr: boolean };
  /** Width of the terminal in cells. */
  columns: number;
  /** Epoch milliseconds. */
  now(): number;
  /** Calls `listener` for each signal from now on, in place of the default. Returns the way to stop. */
  onSignal(listener: (signal: Signal) => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** Whether a person sits at the other end of a stream. */
export function isTerminal(stream: object): boolean {
  return "isTTY" in stream && stream.isTTY === true;
}

export function usesColor({ env }: CliContext, isTTY: boolean): boolean {
  return isTTY && !env["NO_COLOR"] && env["TERM"] !== "dumb";
}
