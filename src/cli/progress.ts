import type { CliContext } from "./context.js";

export interface Progress {
  update(progress: { done: number; total: number }): void;
  /** Clears the bar; what is printed next starts on a clean line. */
  end(): void;
}

/** Clears the line that the cursor stands on. */
export const clearLine = "\r\u001b[2K";
const barWidth = 24;
const everyMs = 100;

/** A bar on the terminal's last line; nothing where stderr is no terminal. */
export function createProgress(label: string, { stderr, isTTY, now }: CliContext): Progress {
  let drawn = 0;
  if (!isTTY.stderr) return { update: () => {}, end: () => {} };
  const clear = () => {
    if (drawn > 0) stderr.write(clearLine);
    drawn = 0;
  };
  return {
    update({ done, total }) {
      if (done >= total) return clear();
      if (now() - drawn < everyMs) return;
      drawn = now();
      const share = done / total;
      const filled = Math.round(share * barWidth);
      const bar = "█".repeat(filled) + "░".repeat(barWidth - filled);
      const count = `${done.toLocaleString("en")}/${total.toLocaleString("en")}`;
      stderr.write(`${clearLine}${label} ${bar} ${Math.floor(share * 100)} % ${count}`);
    },
    end: clear,
  };
}
