import type { Observable } from "../../view/observable.js";
import { reduceUi, type Ui, type UiAction } from "./ui.js";

/** The dashboard's own state. A key reads what the key before it left, also where both came in one piece. */
export interface UiStore extends Observable<Ui> {
  dispatch(action: UiAction): void;
}

export function createUiStore(initial: Ui): UiStore {
  let ui = initial;
  const listeners = new Set<() => void>();
  return {
    getSnapshot: () => ui,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispatch(action) {
      const next = reduceUi(ui, action);
      if (next === ui) return;
      ui = next;
      for (const listener of listeners) listener();
    },
  };
}
