import { backgroundOfEnv } from "../theme/background.js";
import { colorDepth } from "../theme/color-depth.js";
import { createTheme } from "../theme/theme.js";

export interface FirstFrameOptions {
  env: Readonly<Record<string, string | undefined>>;
  sessionId: string | undefined;
  /** Where the sessions come from. */
  place: string;
  columns: number;
  rows: number;
}

const connecting = "○ connecting  ";
const ascii = /^[ -~]*$/;

/** What stands on the screen while the dashboard is loaded: the ends of its header and of its footer. */
export function firstFrame({ env, sessionId, place, columns, rows }: FirstFrameOptions): string {
  const theme = createTheme(colorDepth(env), backgroundOfEnv(env["COLORFGBG"]) ?? "dark");
  const title = ` ${sessionId ?? "claude-sessions"}`.slice(0, columns);
  const where = place.replace(/^https?:\/\//, "");
  const room = columns - title.length - connecting.length - 2;
  // How wide other characters are is not known before everything is loaded.
  const shown = ascii.test(where) && where.length <= room ? where : "";
  const header = theme.paint([
    { text: title, style: "title" },
    { text: " ".repeat(Math.max(0, room - shown.length + 1)) },
    { text: room < 0 ? "" : connecting, style: "accent" },
    { text: shown, style: "muted" },
  ]);
  const footer = theme.paint(
    [
      { text: " ?", style: "key" },
      { text: " keys".padEnd(columns - 2), style: "muted" },
    ],
    "bar",
  );
  return `${header}\u001b[${rows};1H${footer}\u001b[H`;
}
