// Three real agents, end to end: `claude-sessions e2e` in containers and as plain processes. By itself it runs both.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, openSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ensureAgents } from "./agents.mjs";
import { ensureBuilt } from "./build.mjs";
import { checkApplicationTypes, ensurePython } from "./python.mjs";
import { ensureInstalled, nodePath, projectEnv, root, run, runMain, SetupError, step } from "./setup.mjs";
import { canInstall, ensureCommands } from "./system-parts.mjs";

const launcher = join(root, "bin", "claude-sessions.js");
/** Of the environment that a run of plain processes makes. */
const applicationPython = join(root, "node_modules", ".cache", "claude-sessions", "e2e", "python", "bin", "python");
const pythonImage = "claude-sessions-base-python:dev";
/** Debian's own engine with the Compose that it packages, what its networks need, and what makes base images. */
const engineParts = {
  dockerd: "docker.io",
  docker: "docker.io",
  iptables: "iptables",
  "docker-compose": "docker-compose",
};
const baseParts = "ca-certificates,curl,python3,python3-venv,python3-pip";
const engineStartMs = 60_000;

/** @returns how many checks passed and failed, what was skipped, and what a person should know besides */
export async function runEndToEnd() {
  const plain = await step("End to end, as plain processes", () => runE2e(["--no-docker"]));
  const types = await step("Checking the types of the applications", () => checkApplicationTypes(applicationPython));
  return sum([plain, types, await runInContainers()]);
}

async function runInContainers() {
  const engine = await ensureEngine();
  if (engine === undefined) {
    return {
      passed: 0,
      failed: 0,
      skipped: 1,
      problems: ["No container engine runs here; no agent ran in a container."],
    };
  }
  try {
    const images = canInstall() ? await ensureBaseImages() : [];
    const authorities = process.env.NODE_EXTRA_CA_CERTS || process.env.SSL_CERT_FILE;
    const network = authorities && existsSync(authorities) ? ["--network-ca", authorities] : [];
    return await step("End to end, in containers", () => runE2e([...images, ...network]));
  } finally {
    await engine.stop();
  }
}

/** The counts of one run's report. The model is the scripted one, whatever key is in the environment. */
async function runE2e(args) {
  const { ANTHROPIC_API_KEY: _key, ...env } = projectEnv();
  const { code, output } = await runWithOutput(nodePath(), [launcher, "e2e", "--json", ...args], { env });
  const report = parse(output);
  if (report === undefined) {
    return {
      passed: 0,
      failed: 1,
      skipped: 0,
      problems: [`claude-sessions e2e ${args.join(" ")} ended without a report.`],
    };
  }
  const checks = report.scenarios.flatMap((scenario) => scenario.checks);
  const failed = checks.filter(({ problems }) => problems.length > 0).length;
  const skipped = report.scenarios.filter(({ status }) => status === "skipped").length;
  const problems = code !== 0 && failed === 0 ? ["claude-sessions e2e failed apart from its checks; see above."] : [];
  return { passed: checks.length - failed, failed: failed + problems.length, skipped, problems };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sum(results) {
  const total = (name) => results.reduce((count, result) => count + result[name], 0);
  const problems = results.flatMap((result) => result.problems);
  return { passed: total("passed"), failed: total("failed"), skipped: total("skipped"), problems };
}

/** An engine that answers, started where none does and this machine lets us; undefined where there is none to be had. */
async function ensureEngine() {
  if (canInstall()) await ensureCommands({ ...engineParts, debootstrap: "debootstrap" });
  if (engineAnswers()) return { stop: async () => {} };
  if (!canInstall()) return undefined;
  const log = join(mkdtempSync(join(tmpdir(), "claude-sessions-dockerd-")), "dockerd.log");
  const output = openSync(log, "a");
  const daemon = spawn("dockerd", [], { stdio: ["ignore", output, output], detached: true });
  const ended = new Promise((resolve) => daemon.once("close", resolve));
  const stop = async () => {
    daemon.kill("SIGTERM");
    await ended;
    rmSync(dirname(log), { recursive: true, force: true });
  };
  for (const began = Date.now(); !engineAnswers(); await delay(500)) {
    if (daemon.exitCode === null && Date.now() - began < engineStartMs) continue;
    const said = readFileSync(log, "utf8").split("\n").slice(-15).join("\n");
    await stop();
    throw new SetupError(`The container engine does not start:\n${said}`);
  }
  return { stop };
}

function engineAnswers() {
  return spawnSync("docker", ["info"], { stdio: "ignore" }).status === 0;
}

/**
 * Bases made of this machine's own Debian, for where the public images are not to be had; the engine keeps them.
 *
 * @returns the options that name them
 */
async function ensureBaseImages() {
  if (!hasImage(pythonImage)) await step(`Making ${pythonImage}`, makePythonImage);
  const nodeImage = `claude-sessions-base-node:${(await runWithOutput(nodePath(), ["--version"])).output.trim()}`;
  if (!hasImage(nodeImage)) await step(`Making ${nodeImage}`, () => makeNodeImage(nodeImage));
  return ["--base-image", `python=${pythonImage}`, "--base-image", `node=${nodeImage}`];
}

function hasImage(name) {
  return spawnSync("docker", ["image", "inspect", name], { stdio: "ignore" }).status === 0;
}

/** From the archive that this machine itself installs from. */
async function makePythonImage() {
  const folder = mkdtempSync(join(tmpdir(), "claude-sessions-base-"));
  try {
    const { suite, archive } = await ownArchive();
    const args = ["--variant=minbase", `--include=${baseParts}`, suite, join(folder, "system"), archive];
    await must(run("debootstrap", args, { env: process.env, stdio: ["ignore", 2, 2] }), "debootstrap failed");
    rmSync(join(folder, "system", "var", "cache", "apt"), { recursive: true, force: true });
    const pack = `tar -C "$1" -c . | docker import --change 'CMD ["/bin/sh"]' - "$2"`;
    await must(
      run("sh", ["-c", pack, "sh", join(folder, "system"), pythonImage], { stdio: ["ignore", 2, 2] }),
      "docker import failed",
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The release that this machine runs, and where apt has its main component from. */
async function ownArchive() {
  const suite = /^VERSION_CODENAME=(.+)$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1]?.replaceAll('"', "");
  const format = "$(RELEASE) $(COMPONENT) $(REPO_URI)";
  const targets = await runWithOutput("apt-get", ["indextargets", "--format", format, "Created-By: Packages"]);
  const lines = targets.output.split("\n").map((line) => line.split(" "));
  const archive = lines.find(([release, component]) => release === suite && component === "main")?.[2];
  if (suite === undefined || archive === undefined)
    throw new SetupError("apt names no archive of this machine's release.");
  return { suite, archive };
}

/** The Python base with the Node of this project, and npm. */
async function makeNodeImage(name) {
  const folder = mkdtempSync(join(tmpdir(), "claude-sessions-base-"));
  try {
    const npm = join(
      dirname(realpathSync((await runWithOutput("which", ["npm"], { env: process.env })).output.trim())),
      "..",
    );
    cpSync(nodePath(), join(folder, "node"));
    cpSync(npm, join(folder, "npm"), { recursive: true });
    writeFileSync(
      join(folder, "Dockerfile"),
      `FROM ${pythonImage}\nCOPY node /usr/local/bin/node\nCOPY npm /usr/local/lib/node_modules/npm\n` +
        "RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm" +
        " && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx && npm --version\n",
    );
    await must(run("docker", ["build", "-q", "-t", name, folder], { stdio: ["ignore", 2, 2] }), "docker build failed");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function must(code, message) {
  if ((await code) !== 0) throw new SetupError(`No base image could be made: ${message}. See above.`);
}

/** What a command prints, with its own words going to stderr. */
function runWithOutput(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", 2], ...options });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runMain(async () => {
    await ensureInstalled();
    await ensureAgents();
    await ensureBuilt();
    if (!(await ensurePython())) throw new SetupError("The applications need Python 3.11 or newer.");
    const { passed, failed, skipped, problems } = await runEndToEnd();
    for (const problem of problems) console.log(problem);
    console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
    return failed === 0 ? 0 : 1;
  });
}
