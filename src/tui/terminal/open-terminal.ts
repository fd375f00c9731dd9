import { backgroundOfEnv, backgroundQuery, parseBackground } from "../theme/background.js";
import { colorDepth } from "../theme/color-depth.js";
import type { Background } from "../theme/palette.js";
import { createTheme, type Theme } from "../theme/theme.js";
import type { Observable } from "../../view/observable.js";
import { openKeyboard, type Keyboard, type TerminalInput } from "./input.js";

export interface Terminal {
  keyboard: Keyboard;
  /** Changes once, where the terminal tells of another background than was taken for granted. */
  theme: Observable<Theme>;
}

interface TerminalOptions {
  stdin: TerminalInput;
  env: Readonly<Record<string, string | undefined>>;
  /** Writes to the terminal. */
  write(text: string): void;
}

/**
 * Reads a terminal and finds out what it looks like. Nothing waits for its answer: until it comes,
 * if it does, the environment and a dark background have to do.
 */
export function openTerminal({ stdin, env, write }: TerminalOptions): Terminal {
  const depth = colorDepth(env);
  let theme = createTheme(depth, backgroundOfEnv(env["COLORFGBG"]) ?? "dark");
  const listeners = new Set<() => void>();
  const learn = (background: Background | undefined): void => {
    if (background === undefined || background === theme.background) return;
    theme = createTheme(depth, background);
    for (const listener of listeners) listener();
  };
  const keyboard = openKeyboard(stdin, (color) => learn(parseBackground(color)));
  if (depth > 0) write(backgroundQuery);
  return {
    keyboard,
    theme: {
      getSnapshot: () => theme,
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  };
}
