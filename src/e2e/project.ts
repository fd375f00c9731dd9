import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { AppError } from "../core/errors.js";

/** The folders of a clone of this project that a run works with. */
export interface Project {
  root: string;
  /** The applications and helpers. */
  containers: string;
  /** What runs make once and keep. */
  cache: string;
  /** Starts this program. */
  launcher: string;
}

/** @throws AppError where this program does not run from a clone: a published package has no applications */
export function findProject(start = import.meta.dirname): Project {
  for (let folder = start; ; folder = dirname(folder)) {
    const containers = join(folder, "test-containers");
    if (existsSync(join(containers, "model_server")) && existsSync(join(folder, "package.json"))) {
      const cache = join(folder, "node_modules", ".cache", "claude-sessions", "e2e");
      return { root: folder, containers, cache, launcher: join(folder, "bin", "claude-sessions.js") };
    }
    if (dirname(folder) === folder) {
      throw new AppError(
        "usage",
        "'e2e' runs the applications in test-containers/, which come with the source. Clone the project, and run it there.",
      );
    }
  }
}
