import { createContext, use, useSyncExternalStore } from "react";

export const themeChoices = ["dark", "light", "system"] as const;
export type ThemeChoice = (typeof themeChoices)[number];

export interface Theme {
  getChoice(): ThemeChoice;
  /** What `system` comes to at the moment. */
  getShown(): "dark" | "light";
  subscribe(listener: () => void): () => void;
  choose(choice: ThemeChoice): void;
}

const storageKey = "claude-sessions-theme";
const barColors = { dark: "#0c0e13", light: "#fbfbfc" };

/** Dark unless somebody chose otherwise; the choice is kept in the browser where that allows it. */
export function createTheme(page: Pick<Window, "document" | "localStorage" | "matchMedia">): Theme {
  const listeners = new Set<() => void>();
  const light = page.matchMedia("(prefers-color-scheme: light)");
  let choice = readChoice(page);

  const shown = () => (choice === "system" ? (light.matches ? "light" : "dark") : choice);
  function apply(): void {
    page.document.documentElement.dataset["theme"] = shown();
    page.document.querySelector('meta[name="theme-color"]')?.setAttribute("content", barColors[shown()]);
    for (const listener of listeners) listener();
  }

  light.addEventListener("change", apply);
  apply();
  return {
    getChoice: () => choice,
    getShown: shown,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    choose: (next) => {
      choice = next;
      keep(page, next);
      apply();
    },
  };
}

function readChoice(page: Pick<Window, "localStorage">): ThemeChoice {
  try {
    const kept = page.localStorage.getItem(storageKey);
    return themeChoices.find((known) => known === kept) ?? "dark";
  } catch {
    return "dark";
  }
}

function keep(page: Pick<Window, "localStorage">, choice: ThemeChoice): void {
  try {
    page.localStorage.setItem(storageKey, choice);
  } catch {
    // A browser that keeps nothing forgets the choice with the page.
  }
}

export const ThemeContext = createContext<Theme | null>(null);

/** The theme in use. Canvas drawings need it; everything else has its colours from CSS. */
export function useTheme(): { choice: ThemeChoice; shown: "dark" | "light"; choose: Theme["choose"] } {
  const theme = use(ThemeContext);
  if (!theme) throw new Error("There is no theme above this component.");
  const choice = useSyncExternalStore(theme.subscribe, theme.getChoice);
  const shown = useSyncExternalStore(theme.subscribe, theme.getShown);
  return { choice, shown, choose: theme.choose };
}
