import { useSyncExternalStore } from "react";
import type { Observable } from "./observable.js";

/** A view's snapshot; the component renders again whenever it changes. */
export function useView<T>(view: Observable<T>): T {
  return useSyncExternalStore(view.subscribe, view.getSnapshot, view.getSnapshot);
}
