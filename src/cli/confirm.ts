import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Cli } from "./cli.js";

/** Asks the person at the terminal; anything but a yes is a no, as is the end of the input. */
export async function confirm({ context }: Cli, question: string, signal: AbortSignal): Promise<boolean> {
  const { stdin, stderr } = context;
  // The terminal stays as it is, so that Ctrl-C remains a signal.
  const lines = createInterface({ input: stdin, terminal: false });
  try {
    stderr.write(`${question} [y/N] `);
    const line = once(lines, "line", { signal }).then(([text]) => String(text));
    const end = once(lines, "close", { signal }).then(() => "");
    return /^y(es)?$/i.test((await Promise.race([line, end])).trim());
  } finally {
    lines.close();
  }
}
