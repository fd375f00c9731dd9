import { createContext, use, useEffect, useMemo, useRef, type ReactNode } from "react";

/** A key, or several after another, and what it does. */
export interface Shortcut {
  /** `j`, `G`, `ctrl+d`, `mod+k` (Command or Control), or a sequence with spaces: `g s`. */
  keys: string;
  /** What it does, for the help and the palette. */
  help: string;
  group: string;
  run: () => void;
  /** Also while somebody types. */
  inFields?: boolean;
}

interface Registry {
  add(shortcuts: () => readonly Shortcut[], everywhere: boolean): () => void;
  /** All of them, those of the page last; of two with the same keys the later one counts. */
  list(): Shortcut[];
}

const RegistryContext = createContext<Registry | null>(null);

/** So long after the first key of a sequence the second counts. */
const sequenceMs = 1_200;

export function ShortcutsProvider({ children }: { children: ReactNode }) {
  const registry = useMemo(createRegistry, []);
  useEffect(() => {
    let first = "";
    let at = 0;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
      const pressed = nameOf(event);
      const sequence = first !== "" && event.timeStamp - at < sequenceMs ? `${first} ${pressed}` : "";
      first = "";
      const shortcuts = registry.list().filter(({ inFields }) => inFields || !isField(event.target));
      const found = shortcuts.find(({ keys }) => keys === sequence) ?? shortcuts.find(({ keys }) => fits(keys, event));
      if (found && !belongsToTarget(event)) {
        event.preventDefault();
        found.run();
      } else if (shortcuts.some(({ keys }) => keys.startsWith(`${pressed} `))) {
        first = pressed;
        at = event.timeStamp;
      }
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [registry]);
  return <RegistryContext value={registry}>{children}</RegistryContext>;
}

function createRegistry(): Registry {
  const general = new Set<() => readonly Shortcut[]>();
  const ofPages = new Set<() => readonly Shortcut[]>();
  return {
    add: (shortcuts, everywhere) => {
      const sets = everywhere ? general : ofPages;
      sets.add(shortcuts);
      return () => sets.delete(shortcuts);
    },
    list: () => {
      const byKeys = new Map<string, Shortcut>();
      for (const shortcuts of [...general, ...ofPages]) {
        for (const shortcut of shortcuts()) byKeys.set(shortcut.keys, shortcut);
      }
      return [...byKeys.values()];
    },
  };
}

export function useShortcutRegistry(): Registry {
  const registry = use(RegistryContext);
  if (!registry) throw new Error("There are no shortcuts above this component.");
  return registry;
}

/** Keys that work while the component is shown; those of a page before those that work everywhere. */
export function useShortcuts(shortcuts: readonly Shortcut[], { everywhere = false } = {}): void {
  const registry = useShortcutRegistry();
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => registry.add(() => latest.current, everywhere), [registry, everywhere]);
}

function nameOf(event: KeyboardEvent): string {
  return `${event.ctrlKey ? "ctrl+" : ""}${event.metaKey ? "meta+" : ""}${event.altKey ? "alt+" : ""}${event.key}`;
}

function fits(keys: string, event: KeyboardEvent): boolean {
  const pressed = nameOf(event);
  return keys === pressed || (keys.startsWith("mod+") && [`ctrl+${keys.slice(4)}`, `meta+${keys.slice(4)}`].includes(pressed)); // prettier-ignore
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Keys that a control has a use for itself are its own. */
function belongsToTarget({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (key === "Enter" || key === " ") return target.closest("button, a, summary, [role=treeitem]") !== null;
  return key.startsWith("Arrow") || key === "Home" || key === "End" ? target.closest("[role=tablist], [role=tree], [role=slider], [role=menu]") !== null : false; // prettier-ignore
}
