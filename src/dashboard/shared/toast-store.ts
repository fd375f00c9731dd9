import type { Observable, ViewClock } from "../../view/observable.js";

export interface Toast {
  id: number;
  tone: "neutral" | "ok" | "wait" | "error";
  text: string;
  action?: { label: string; run: () => void };
}

export interface Toasts extends Observable<readonly Toast[]> {
  /** Shown for some seconds; at most a few at a time. */
  show(toast: Omit<Toast, "id">): void;
  dismiss(id: number): void;
}

const shownMs = 6_000;
const mostShown = 4;

export function createToasts(clock: ViewClock): Toasts {
  const listeners = new Set<() => void>();
  let shown: readonly Toast[] = [];
  let made = 0;
  const set = (next: readonly Toast[]) => {
    shown = next;
    for (const listener of listeners) listener();
  };
  const dismiss = (id: number) => set(shown.filter((toast) => toast.id !== id));
  return {
    getSnapshot: () => shown,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    show: (toast) => {
      const id = ++made;
      set([...shown, { ...toast, id }].slice(-mostShown));
      clock.setTimer(() => dismiss(id), toast.action ? shownMs * 2 : shownMs);
    },
    dismiss,
  };
}
