// What every script needs before its own work. Runs on the system's Node (18 or newer) with nothing installed.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

const modules = join(root, "node_modules");
const projectNode = join(modules, "node", "bin", process.platform === "win32" ? "node.exe" : "node");
const oldestNode = [22, 13];

/** Installs the packages where they are not what package-lock.json says. A few milliseconds where they are. */
export async function ensureInstalled() {
  if (installedMatchesLock()) return;
  await step("Installing packages", async () => {
    const quiet = ["--loglevel=error", "--no-audit", "--no-fund"];
    // A registry that lacks other platforms' builds makes `npm ci` refuse the lock; `install` takes it as it is.
    if ((await runNpm(["ci", ...quiet])) !== 0 && (await runNpm(["install", "--no-save", ...quiet])) !== 0) {
      throw new SetupError("npm could not install the packages. See its output above; is the registry reachable?");
    }
  });
}

/** The Node that runs everything else: the one of the `node` package, else this one where it is new enough. */
export function nodePath() {
  if (existsSync(projectNode)) return projectNode;
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return process.execPath;
  throw new SetupError(
    `Node ${oldestNode.join(".")} or newer is needed and this is ${process.versions.node}. ` +
      "The `node` package brings one, but its install script did not run: try `npm rebuild node --ignore-scripts=false`.",
  );
}

/** The environment in which `node` and the packages' commands are the project's own. */
export function projectEnv() {
  const { NODE_OPTIONS: _options, ...env } = process.env;
  return { ...env, PATH: [join(modules, ".bin"), env.PATH].join(delimiter) };
}

/** @returns the exit code; 128 + n where a signal ended it */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: "inherit", env: projectEnv(), ...options });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
  });
}

/** Says what is being done, and how long it took; on stderr, so that stdout is the command's own. */
export async function step(name, work) {
  const started = performance.now();
  process.stderr.write(`${name} …\n`);
  const result = await work();
  process.stderr.write(`${name}: done in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  return result;
}

/** A failure whose message is all that the person needs. */
export class SetupError extends Error {}

/** Runs a script's main function; a SetupError ends it with its message alone. */
export async function runMain(main) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof SetupError ? error.message : error);
    process.exitCode = 1;
  }
}

function runNpm(args) {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  // npm's own words go to stderr; its node is the system's, as the project's is being replaced.
  return run(npm, args, { env: process.env, stdio: ["ignore", 2, 2], shell: process.platform === "win32" });
}

function installedMatchesLock() {
  const installed = readPackages(join(modules, ".package-lock.json"));
  const locked = readPackages(join(root, "package-lock.json"));
  if (installed === undefined || locked === undefined || !existsSync(projectNode)) return false;
  return Object.entries(locked).every(([path, { version, optional }]) => {
    if (path === "") return true;
    return installed[path] === undefined ? optional === true : installed[path].version === version;
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}
