import { useApp } from "ink";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { Observable } from "../view/observable.js";
import { App } from "./App.js";
import { ServicesContext, type Services } from "./services.js";
import type { Keyboard } from "./terminal/input.js";
import { createStopper } from "./terminal/stop.js";
import { ThemeContext } from "./theme/theme-context.js";
import type { Theme } from "./theme/theme.js";

interface RootProps {
  services: Omit<Services, "page" | "stop">;
  theme: Observable<Theme>;
  keyboard: Pick<Keyboard, "pause" | "resume">;
  /** Shows a text while the terminal is its own. */
  page: (text: string, name: string) => Promise<void>;
  /** The cursor may be in any column once another program had the terminal. */
  toLineStart: () => void;
}

/** The dashboard with everything that it reaches the world with. */
export function Root({ services, theme, keyboard, page, toLineStart }: RootProps) {
  const { suspendTerminal } = useApp();
  const look = useSyncExternalStore(theme.subscribe, theme.getSnapshot, theme.getSnapshot);
  const lend = useMemo(
    () => (use: () => Promise<void>) =>
      suspendTerminal(async () => {
        keyboard.pause();
        try {
          await use();
        } finally {
          toLineStart();
          keyboard.resume();
        }
      }),
    [keyboard, suspendTerminal, toLineStart],
  );
  const stopper = useMemo(() => createStopper(process, lend), [lend]);
  useEffect(() => () => stopper.close(), [stopper]);
  const all = useMemo(
    (): Services => ({ ...services, stop: stopper.stop, page: (text, name) => lend(() => page(text, name)) }),
    [services, lend, stopper, page],
  );
  return (
    <ThemeContext value={look}>
      <ServicesContext value={all}>
        <App />
      </ServicesContext>
    </ThemeContext>
  );
}
