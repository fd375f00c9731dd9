import { useSyncExternalStore } from "react";
import type { Ui } from "../state/ui.js";
import { useServices } from "./use-services.js";

export function useUi(): Ui {
  const { ui } = useServices();
  return useSyncExternalStore(ui.subscribe, ui.getSnapshot, ui.getSnapshot);
}
