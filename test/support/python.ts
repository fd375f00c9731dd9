import { existsSync } from "node:fs";
import { join } from "node:path";

const repository = join(import.meta.dirname, "..", "..");

/** The Python of the virtual environment that `npm test` makes, or HOOK_AGENT_PYTHON. @throws Error where there is none */
export function pythonPath(): string {
  const own = join(
    repository,
    ".venv",
    ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]),
  );
  const path = process.env["HOOK_AGENT_PYTHON"] ?? own;
  if (existsSync(path)) return path;
  throw new Error(`There is no ${path}. Run \`npm test\` once: it makes .venv with the Python client's packages.`);
}

/** The environment in which Python imports the hook agent from its sources, and leaves no compiled files there. */
export const pythonEnv = {
  PYTHONPATH: join(repository, "clients", "python", "src"),
  PYTHONDONTWRITEBYTECODE: "1",
};
