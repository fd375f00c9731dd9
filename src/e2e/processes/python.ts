import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../core/errors.js";
import { runCommand, type CommandOptions } from "../command.js";
import type { Project } from "../project.js";

const oldest = [3, 11];
const candidates = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];

/**
 * The Python of a virtual environment with the pinned packages of all applications, and the hook
 * agent of the working tree. Made once, and again where one of them changed.
 */
export async function ensurePython(
  { root, containers, cache }: Project,
  options: CommandOptions,
  note: (line: string) => void,
): Promise<string> {
  const environment = join(cache, "python");
  const python = join(environment, ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]));
  const client = join(root, "clients", "python");
  const requirements = requirementsIn(containers);
  const pip = (...args: string[]) =>
    runCommand(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...args], options);
  await once(join(environment, "stamp-packages"), stampOf([environment, ...requirements.map(read)]), async () => {
    note("making a Python environment");
    const system = await newEnough(options);
    rmSync(environment, { recursive: true, force: true });
    mkdirSync(cache, { recursive: true });
    await runCommand(system, ["-m", "venv", environment], options);
    await pip(...requirements.flatMap((file) => ["--requirement", file]));
  });
  await once(join(environment, "stamp-client"), stampOf(sourcesOf(client)), async () => {
    note("installing the Python hook agent");
    await pip("--no-deps", "--force-reinstall", client);
  });
  return python;
}

function requirementsIn(containers: string): string[] {
  return readdirSync(containers)
    .sort()
    .map((name) => join(containers, name, "requirements.txt"))
    .filter((file) => existsSync(file));
}

function read(file: string): string {
  return readFileSync(file, "utf8");
}

function sourcesOf(client: string): string[] {
  const sources = join(client, "src");
  const files = readdirSync(sources, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("__pycache__"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return [join(client, "pyproject.toml"), ...files].map(read);
}

function stampOf(texts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text.length}\n${text}`);
  return hash.digest("hex");
}

/** Does the work unless the file says that it was done for this very stamp. */
async function once(file: string, stamp: string, work: () => Promise<void>): Promise<void> {
  if (existsSync(file) && read(file) === stamp) return;
  await work();
  writeFileSync(file, stamp);
}

async function newEnough(options: CommandOptions): Promise<string> {
  for (const candidate of candidates) {
    const code = "import sys; print(*sys.version_info[:2])";
    const version = await runCommand(candidate, ["-c", code], options).catch(() => "0 0");
    const [major = 0, minor = 0] = version.split(" ").map(Number);
    if (major > oldest[0]! || (major === oldest[0] && minor >= oldest[1]!)) return candidate;
  }
  throw new AppError(
    "usage",
    `Python ${oldest.join(".")} or newer is needed for '--no-docker', and there is none in the PATH.`,
  );
}
