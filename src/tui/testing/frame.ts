import { renderToString } from "ink";
import { createElement, type ReactNode } from "react";
import type { ColorDepth } from "../theme/palette.js";
import { createTheme } from "../theme/theme.js";
import { ThemeContext } from "../theme/theme-context.js";

/** What a component draws, a string a line; without colours unless a depth is named. */
export function frameOf(node: ReactNode, columns: number, depth: ColorDepth = 0): string[] {
  const themed = createElement(ThemeContext, { value: createTheme(depth, "dark") }, node);
  return renderToString(themed, { columns })
    .replaceAll(/\u001b\[[\d;]*m/g, depth === 0 ? "" : "$&")
    .split("\n");
}
