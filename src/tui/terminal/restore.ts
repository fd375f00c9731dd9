import { writeSync } from "node:fs";
import { constants } from "node:os";

/** Ends synchronised output, paste brackets and styles, leaves the alternate screen, shows the cursor. */
export const restoreSequence = "\u001b[?2026l\u001b[?2004l\u001b[0m\u001b[?1049l\u001b[?25h";

/** What of the process a guard watches; injected by tests. */
export interface GuardedProcess {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
  exit(code: number): void;
}

interface GuardOptions {
  process: GuardedProcess;
  /** Writes to the terminal at once: nothing that is queued gets out of a process that ends. */
  write(text: string): void;
  setRawMode(raw: boolean): void;
  /** The program is asked to end; it has this one chance to do so in order. */
  onSignal(exitCode: number): void;
  onCrash(error: unknown): void;
}

export interface TerminalGuard {
  /** Gives the terminal back, however often it is called. */
  restore(): void;
  release(): void;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
const crashes = ["uncaughtException", "unhandledRejection"] as const;

/**
 * Gives the terminal back on every way out: an ordinary end, a signal, a crash. A second signal
 * ends the process at once.
 */
export function guardTerminal({ process, write, setRawMode, onSignal, onCrash }: GuardOptions): TerminalGuard {
  let signalled = false;
  let restored = false;
  const restore = (): void => {
    if (restored) return;
    restored = true;
    attempt(() => setRawMode(false));
    attempt(() => write(restoreSequence));
  };
  const listeners = new Map<string, (...args: unknown[]) => void>();
  for (const signal of signals) {
    listeners.set(signal, () => {
      const code = 128 + constants.signals[signal];
      if (signalled) {
        restore();
        process.exit(code);
      }
      signalled = true;
      onSignal(code);
    });
  }
  for (const crash of crashes) {
    listeners.set(crash, (error) => {
      restore();
      onCrash(error);
    });
  }
  listeners.set("exit", restore);
  for (const [event, listener] of listeners) process.on(event, listener);
  return {
    restore,
    release() {
      for (const [event, listener] of listeners) process.off(event, listener);
    },
  };
}

function attempt(run: () => void): void {
  try {
    run();
  } catch {
    // The terminal is gone (SIGHUP): there is nothing left to give back.
  }
}

/** Writes to a descriptor before it returns, also where that is non-blocking and full for a moment. */
export function writeAtOnce(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let sent = 0, tries = 0; sent < bytes.length && tries < 1_000; tries++) {
    try {
      sent += writeSync(descriptor, bytes, sent);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}
