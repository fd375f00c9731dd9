const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 } as const;

export type Color = keyof typeof codes;
export type Paint = (color: Color | undefined, text: string) => string;

/** Colours text for a terminal, or leaves it as it is. */
export function createPaint(enabled: boolean): Paint {
  return (color, text) =>
    enabled && color !== undefined && text !== "" ? `\u001b[${codes[color]}m${text}\u001b[0m` : text;
}

const statusColors: Record<string, Color> = {
  active: "green",
  in_progress: "cyan",
  completed: "blue",
  failed: "red",
  cancelled: "yellow",
};

export function colorOfStatus(status: string): Color | undefined {
  return statusColors[status];
}
