import { useServices } from "./services.js";
import type { Toasts } from "./toast-store.js";

export function useToasts(): Toasts {
  return useServices().toasts;
}
