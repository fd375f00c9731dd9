import { firstFrame, type FirstFrameOptions } from "./first-frame.js";
import type { TerminalInput } from "./input.js";
import { guardTerminal, writeAtOnce } from "./restore.js";

const standardOutput = 1;
const enterScreen = "\u001b[?1049h\u001b[?25l\u001b[2J\u001b[H";

export interface TakenTerminal {
  /** Resolves with the exit code once the dashboard is to end. */
  left: Promise<number>;
  leave(exitCode: number): void;
  /** Rejects where the program fails; the terminal is given back by then. */
  crashed: Promise<never>;
  /** Gives the terminal back. */
  giveBack(): void;
}

interface TakeOptions extends Omit<FirstFrameOptions, "columns" | "rows"> {
  stdin: TerminalInput;
  stdout: NodeJS.WritableStream & { columns?: number; rows?: number };
  /** Ends the dashboard. */
  signal: AbortSignal | undefined;
}

/** Makes the terminal the dashboard's own, with a first frame on it. What is typed from now on waits for the rest. */
export function takeTerminal({ stdin, stdout, signal, ...frame }: TakeOptions): TakenTerminal {
  const { promise: left, resolve: leave } = Promise.withResolvers<number>();
  const crash = Promise.withResolvers<never>();
  crash.promise.catch(() => {});
  const guard = guardTerminal({
    process,
    write: (text) => writeAtOnce(standardOutput, text),
    setRawMode: (raw) => stdin.setRawMode?.(raw),
    onSignal: leave,
    onCrash: crash.reject,
  });
  const onAbort = (): void => leave(130);
  signal?.addEventListener("abort", onAbort, { once: true });
  stdin.setRawMode?.(true);
  const { columns = 80, rows = 24 } = stdout;
  stdout.write(enterScreen + firstFrame({ ...frame, columns, rows }));
  return {
    left,
    leave,
    crashed: crash.promise,
    giveBack() {
      signal?.removeEventListener("abort", onAbort);
      guard.restore();
      guard.release();
    },
  };
}
