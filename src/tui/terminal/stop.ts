/** A process that is stopped does not get to this; one that cannot be goes on after it. */
const stopMs = 100;

export interface StoppableProcess {
  on(event: "SIGCONT", listener: () => void): unknown;
  off(event: "SIGCONT", listener: () => void): unknown;
  kill(pid: number, signal: "SIGTSTP"): unknown;
}

export interface Stopper {
  /** As Ctrl-Z does it to programs that leave the keys to the terminal. */
  stop(): Promise<void>;
  close(): void;
}

/**
 * Stops the program and its whole job, as the shell expects it, and draws everything anew when it
 * is continued: also where somebody else had stopped it, and the shell has had the terminal since.
 *
 * @param lend gives the terminal back, waits for `use`, takes the terminal again and draws
 */
export function createStopper(process: StoppableProcess, lend: (use: () => Promise<void>) => Promise<void>): Stopper {
  let lent = false;
  const during = async (use: () => Promise<void>): Promise<void> => {
    if (lent) return;
    lent = true;
    try {
      await lend(use);
    } finally {
      lent = false;
    }
  };
  const onContinue = (): void => void during(async () => {});
  process.on("SIGCONT", onContinue);
  return {
    stop: () =>
      during(async () => {
        process.kill(0, "SIGTSTP");
        await new Promise((resolve) => setTimeout(resolve, stopMs));
      }),
    close: () => void process.off("SIGCONT", onContinue),
  };
}
