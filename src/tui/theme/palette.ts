import type { Ground, Hue } from "./styles.js";

export type Background = "dark" | "light";

/** Bits of colour that a terminal shows: none, the 16 named colours, 256, or all. */
export type ColorDepth = 0 | 4 | 8 | 24;

type Rgb = readonly [number, number, number];

interface Shade {
  rgb: Rgb;
  /** Its nearest of the 256. */
  index: number;
  /** SGR parameters among the 16 named colours. */
  named: string;
}

const shade = (hex: string, index: number, named: string): Shade => ({
  rgb: [0, 2, 4].map((start) => Number.parseInt(hex.slice(start, start + 2), 16)) as unknown as Rgb,
  index,
  named,
});

export const hues: Record<Background, Record<Hue, Shade>> = {
  dark: {
    muted: shade("949cad", 246, "2"),
    faint: shade("636a7a", 241, "2"),
    blue: shade("82aaff", 111, "94"),
    cyan: shade("7cc5cf", 116, "36"),
    green: shade("9ac687", 150, "32"),
    yellow: shade("dfc07a", 180, "33"),
    red: shade("ee7f86", 210, "91"),
    violet: shade("bfa5e8", 183, "35"),
    orange: shade("f0a878", 216, "93"),
  },
  light: {
    muted: shade("5f6774", 241, "2"),
    faint: shade("949ba8", 246, "2"),
    blue: shade("2459c4", 26, "34"),
    cyan: shade("0f6f86", 24, "36"),
    green: shade("2f7a35", 28, "32"),
    yellow: shade("8a6500", 94, "33"),
    red: shade("bb2a33", 124, "31"),
    violet: shade("7141b8", 91, "35"),
    orange: shade("b3500e", 130, "31"),
  },
};

/** Grounds; with 16 colours and fewer a selected row is inverse, and the others have none. */
export const grounds: Record<Background, Record<Ground, Shade>> = {
  dark: {
    selected: shade("2b3245", 237, "7"),
    selectedElsewhere: shade("22262f", 235, ""),
    bar: shade("1d212a", 234, ""),
    alert: shade("3a2b1f", 236, ""),
  },
  light: {
    selected: shade("dbe6fb", 189, "7"),
    selectedElsewhere: shade("eceff4", 255, ""),
    bar: shade("eff1f5", 255, ""),
    alert: shade("fbe9d6", 230, ""),
  },
};

/** SGR parameters of a colour of text. */
export function foreground({ rgb, index, named }: Shade, depth: ColorDepth): string {
  if (depth === 24) return `38;2;${rgb.join(";")}`;
  return depth === 8 ? `38;5;${index}` : named;
}

/** SGR parameters of a ground. */
export function groundOf({ rgb, index, named }: Shade, depth: ColorDepth): string {
  if (depth === 24) return `48;2;${rgb.join(";")}`;
  return depth === 8 ? `48;5;${index}` : named;
}
