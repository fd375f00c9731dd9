const bars = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

/** The newest `width` values as bars, against the largest of them or `least`; nothing is a space. */
export function sparkline(values: readonly number[], width: number, least = 1): string {
  const shown = values.slice(-width);
  const most = Math.max(least, ...shown);
  const line = shown
    .map((value) => (value <= 0 ? " " : bars[Math.min(7, Math.floor((value / most) * 7.99))]!))
    .join("");
  return line.padStart(width);
}

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

/** How much of `width` cells `share` (0 to 1) fills, to an eighth of a cell. */
export function progressBar(share: number, width: number): { filled: string; rest: string } {
  const cells = Math.max(0, Math.min(1, share)) * width;
  const whole = Math.floor(cells);
  const filled = "█".repeat(whole) + (whole < width ? eighths[Math.floor((cells - whole) * 8)]! : "");
  return { filled, rest: " ".repeat(Math.max(0, width - filled.length)) };
}
