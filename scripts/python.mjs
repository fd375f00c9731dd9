// The Python client: its environment in .venv, its checks, its tests. By itself it does all three.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureBuilt } from "./build.mjs";
import { ensureInstalled, projectEnv, root, run, runMain, SetupError, step } from "./setup.mjs";

const project = join(root, "clients", "python");
const applications = join(root, "test-containers");
const environment = join(root, ".venv");
const scripts = join(environment, process.platform === "win32" ? "Scripts" : "bin");
const wheels = join(environment, "wheels");
const stampFile = join(environment, "stamp");
/** Of the client's own tests, and of the app that is traced into the server. They share one environment. */
const requirements = [join(project, "requirements-test.txt"), join(root, "test", "otel", "requirements.txt")];
const oldest = [3, 11];
const candidates = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];

/** What `npm run check` runs of it, each answering `{ok, output}`; needs {@link ensurePython}. */
export const pythonChecks = [
  { name: "py lint", work: () => runTool("ruff", ["check", "--no-cache", "."]) },
  { name: "py format", work: () => runTool("ruff", ["format", "--no-cache", "--check", "."]) },
  { name: "py types", work: () => runTool("mypy", []) },
  { name: "app lint", work: () => runTool("ruff", ["check", "--no-cache", "."], applications) },
  { name: "app format", work: () => runTool("ruff", ["format", "--no-cache", "--check", "."], applications) },
];

/**
 * Checks the types of the applications in test-containers, against the packages in the environment that they run in.
 *
 * @param {string} python that environment's
 */
export async function checkApplicationTypes(python) {
  const { ok, output } = await runTool("mypy", ["--python-executable", python], applications);
  return { passed: Number(ok), failed: Number(!ok), skipped: 0, problems: ok ? [] : [output.trim()] };
}

/**
 * Makes .venv with what the checks and tests need, where it is not what the requirements say.
 * A few milliseconds where it is.
 *
 * @returns false where this machine has no Python that will do
 */
export async function ensurePython() {
  if (readStamp() === stampOf()) return true;
  const python = candidates.find(isNewEnough);
  if (python === undefined) return false;
  await step("Installing Python packages", async () => {
    rmSync(environment, { recursive: true, force: true });
    await must(run(python, ["-m", "venv", environment], quiet), "no virtual environment could be made");
    // Kept, so that a test can fill an empty environment without a registry.
    const wanted = requirements.flatMap((file) => ["--requirement", file]);
    const download = ["download", "--quiet", "--dest", wheels, ...wanted];
    await must(pip(...download), "pip could not fetch the packages; is the registry reachable?");
    const local = ["--quiet", "--no-index", "--find-links", wheels];
    await must(pip("install", ...local, ...wanted), "pip could not install the packages");
    const editable = ["--no-deps", "--no-build-isolation", "--editable", project];
    await must(pip("install", ...local, ...editable), "pip could not install the client itself");
  });
  writeFileSync(stampFile, stampOf());
  return true;
}

/** @returns how many tests passed, failed and were skipped, and what a person should know besides */
export async function runPythonTests(args = []) {
  const folder = mkdtempSync(join(tmpdir(), "claude-sessions-pytest-"));
  try {
    const report = join(folder, "report.xml");
    const flags = ["--junit-xml", report, "-o", "junit_family=xunit2", ...args];
    const code = await run(pythonPath(), ["-m", "pytest", ...flags], { cwd: project, stdio: ["ignore", 1, 2] });
    return judge(code, readReport(report));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The Python of .venv, which finds the client's sources. */
export function pythonPath() {
  return join(scripts, process.platform === "win32" ? "python.exe" : "python");
}

const quiet = { env: { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: "1" }, stdio: ["ignore", 2, 2] };

function pip(...args) {
  return run(pythonPath(), ["-m", "pip", ...args], quiet);
}

async function must(code, message) {
  if ((await code) !== 0) throw new SetupError(`The Python environment could not be made: ${message}. See above.`);
}

function isNewEnough(python) {
  const { status, stdout } = spawnSync(python, ["-c", "import sys; print(*sys.version_info[:2])"], {
    encoding: "utf8",
  });
  if (status !== 0) return false;
  const [major, minor] = stdout.trim().split(" ").map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

function runTool(name, args, cwd = project) {
  return new Promise((resolve, reject) => {
    const child = spawn(join(scripts, name), args, { cwd, env: projectEnv() });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ ok: code === 0, output }));
  });
}

function judge(code, report) {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0, problems: ["pytest ended without a report."] };
  const failed = report.failures + report.errors;
  const passed = report.tests - failed - report.skipped;
  const problems = code !== 0 && failed === 0 ? ["pytest failed apart from single tests; see above."] : [];
  return { passed, failed: failed + problems.length, skipped: report.skipped, problems };
}

/** The counts of the report's one suite. */
function readReport(file) {
  if (!existsSync(file)) return undefined;
  const suite = /<testsuite [^>]*>/.exec(readFileSync(file, "utf8"))?.[0];
  const count = (name) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  if (suite === undefined) return undefined;
  return { tests: count("tests"), failures: count("failures"), errors: count("errors"), skipped: count("skipped") };
}

/** The environment knows its own path, and what it was made from. */
function stampOf() {
  const hash = createHash("sha256").update(environment);
  for (const file of requirements) hash.update(readFileSync(file));
  return hash.digest("hex");
}

function readStamp() {
  try {
    return readFileSync(stampFile, "utf8");
  } catch {
    return undefined;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runMain(async (args) => {
    await ensureInstalled();
    if (!(await ensurePython())) {
      throw new SetupError(`Python ${oldest.join(".")} or newer is needed, and there is none in the PATH.`);
    }
    await ensureBuilt();
    const checks = await Promise.all(pythonChecks.map(async ({ name, work }) => ({ name, ...(await work()) })));
    const bad = checks.filter(({ ok }) => !ok);
    for (const { name, output } of bad) console.log(`\n── ${name}\n${output.trim()}\n`);
    const { passed, failed, skipped, problems } = await runPythonTests(args);
    for (const problem of problems) console.log(problem);
    const skips = skipped > 0 ? `, ${skipped} skipped` : "";
    console.log(`${passed + checks.length - bad.length} passed, ${failed + bad.length} failed${skips}`);
    return failed + bad.length === 0 ? 0 : 1;
  });
}
