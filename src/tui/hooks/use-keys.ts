import { useInput } from "ink";
import { keyNames } from "../keys/key-name.js";
import { useServices } from "./use-services.js";

/** Calls `handle` for each key, by its name. */
export function useKeys(handle: (key: string) => void): void {
  const { pace } = useServices();
  useInput((input, key) => {
    pace.urgent();
    for (const name of keyNames(input, key)) handle(name);
  });
}
