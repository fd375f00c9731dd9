import { useMemo, useSyncExternalStore } from "react";
import type { Observable } from "../../view/observable.js";
import { useServices } from "./use-services.js";

/** A view's snapshot, as often as the pace allows. */
export function usePaced<T>(view: Observable<T>): T {
  const { pace } = useServices();
  const paced = useMemo(() => pace.paced(view), [pace, view]);
  return useSyncExternalStore(paced.subscribe, paced.getSnapshot, paced.getSnapshot);
}
