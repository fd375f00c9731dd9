import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const bundle = "index-worker.js";

/** The worker's bundle: in the same `dist` as the bundle that asks, or in the repository's where TypeScript is run as it is. */
export function resolveWorker(moduleUrl = import.meta.url): URL {
  const file = fileURLToPath(moduleUrl);
  if (extname(file) === ".ts") return pathToFileURL(join(dirname(file), "..", "..", "..", "dist", bundle));
  let folder = dirname(file);
  while (basename(folder) !== "dist" && dirname(folder) !== folder) folder = dirname(folder);
  return pathToFileURL(join(basename(folder) === "dist" ? folder : dirname(file), bundle));
}
