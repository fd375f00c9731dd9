import { useApp } from "ink";
import { useMemo, useSyncExternalStore } from "react";
import type { Observable } from "../view/observable.js";
import { App } from "./App.js";
import { ServicesContext, type Services } from "./services.js";
import type { Keyboard } from "./terminal/input.js";
import { ThemeContext } from "./theme/theme-context.js";
import type { Theme } from "./theme/theme.js";

interface RootProps {
  services: Omit<Services, "page">;
  theme: Observable<Theme>;
  keyboard: Pick<Keyboard, "pause" | "resume">;
  /** Shows a text while the terminal is its own. */
  page: (text: string, name: string) => Promise<void>;
}

/** The dashboard with everything that it reaches the world with. */
export function Root({ services, theme, keyboard, page }: RootProps) {
  const { suspendTerminal } = useApp();
  const look = useSyncExternalStore(theme.subscribe, theme.getSnapshot, theme.getSnapshot);
  const all = useMemo(
    (): Services => ({
      ...services,
      page: (text, name) =>
        suspendTerminal(async () => {
          keyboard.pause();
          try {
            await page(text, name);
          } finally {
            keyboard.resume();
          }
        }),
    }),
    [services, keyboard, page, suspendTerminal],
  );
  return (
    <ThemeContext value={look}>
      <ServicesContext value={all}>
        <App />
      </ServicesContext>
    </ThemeContext>
  );
}
