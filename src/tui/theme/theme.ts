import type { Line } from "../text/line.js";
import { foreground, groundOf, grounds, hues, type Background, type ColorDepth } from "./palette.js";
import { looks, styleNames, type Ground, type StyleName } from "./styles.js";

/** How styles look on one kind of terminal. */
export interface Theme {
  depth: ColorDepth;
  background: Background;
  /** The line as a string with SGR sequences, all of them closed at its end. */
  paint(line: Line, ground?: Ground): string;
}

const reset = "\u001b[0m";

export function createTheme(depth: ColorDepth, background: Background): Theme {
  const opening = Object.fromEntries(styleNames.map((name) => [name, parametersOf(name, depth, background)])) as Record<
    StyleName,
    string
  >;
  const groundParameters = (ground: Ground | undefined): string =>
    ground === undefined ? "" : groundOf(grounds[background][ground], depth);
  return {
    depth,
    background,
    paint(line, ground) {
      const under = groundParameters(ground);
      let painted = "";
      for (const { text, style } of line) {
        const over = style === undefined ? "" : opening[style];
        painted += sgr(under, over, text);
      }
      return painted;
    },
  };
}

function sgr(under: string, over: string, text: string): string {
  if (text === "") return "";
  const parameters = under === "" || over === "" ? under + over : `${under};${over}`;
  return parameters === "" ? text : `\u001b[${parameters}m${text}${reset}`;
}

/** Without colours weight alone tells styles apart. */
function parametersOf(name: StyleName, depth: ColorDepth, background: Background): string {
  const { hue, bold, italic, underline, inverse } = looks[name];
  const colour = hue === undefined ? "" : depth === 0 ? plainHue(hue) : foreground(hues[background][hue], depth);
  return [bold && "1", italic && "3", underline && "4", inverse && "7", colour]
    .filter((part) => typeof part === "string" && part !== "")
    .join(";");
}

function plainHue(hue: string): string {
  return hue === "faint" || hue === "muted" ? "2" : "";
}
