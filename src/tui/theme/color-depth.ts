import type { ColorDepth } from "./palette.js";

type Env = Readonly<Record<string, string | undefined>>;

/** What the terminal shows, by its environment: `NO_COLOR` (no-color.org), `COLORTERM` and `TERM`. */
export function colorDepth(env: Env): ColorDepth {
  if (env["NO_COLOR"]) return 0;
  const term = env["TERM"] ?? "";
  if (term === "dumb") return 0;
  if (/^(truecolor|24bit)$/i.test(env["COLORTERM"] ?? "") || term.endsWith("-direct")) return 24;
  if (/256(color)?/.test(term) || /^(xterm-kitty|alacritty|foot|wezterm|xterm-ghostty)/.test(term)) return 8;
  return 4;
}
