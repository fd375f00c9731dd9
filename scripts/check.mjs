// `npm run check`: every check that needs no test run, side by side, a line each; details only where one fails.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureBuilt } from "./build.mjs";
import { ensurePython, pythonChecks } from "./python.mjs";
import { ensureInstalled, projectEnv, root, runMain } from "./setup.mjs";

const checks = [
  { name: "types", command: ["tsc", "-p", "."] },
  { name: "web types", command: ["tsc", "-p", "src/dashboard"] },
  { name: "lint", command: ["oxlint"] },
  { name: "dead code", command: ["knip", "--no-progress"] },
  { name: "format", command: ["oxfmt", "--check", "."] },
  { name: "package", work: checkPackage },
  { name: "lockfile", work: checkLockfile },
];

/** @returns how many checks passed and failed; those of the Python client run where there is a Python */
export async function runChecks() {
  const hasPython = await ensurePython();
  const results = await Promise.all([...checks, ...(hasPython ? pythonChecks : [])].map(runCheck));
  const failures = results.filter(({ ok }) => !ok);
  for (const { name, output } of failures)
    console.log(`\n── ${name} ${"─".repeat(76 - name.length)}\n${output.trim()}\n`);
  return { passed: results.length - failures.length, failed: failures.length };
}

async function runCheck({ name, command, work }) {
  const started = performance.now();
  const { ok, output } = await (command ? runCommand(bin(command[0]), command.slice(1)) : work());
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${ok ? "✓" : "✗"} ${name.padEnd(10)} ${seconds} s`);
  return { name, ok, output };
}

function bin(command) {
  return join(root, "node_modules", ".bin", command);
}

function runCommand(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: projectEnv() });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ ok: code === 0, output }));
  });
}

/** Judges the packages as they would be published, apart from the build that publishing runs. */
async function checkPackage() {
  const folder = mkdtempSync(join(tmpdir(), "claude-sessions-pack-"));
  try {
    await ensureBuilt();
    for (const packed of [root, join(root, "clients", "node")]) {
      const pack = ["pack", packed, "--ignore-scripts", "--silent", "--pack-destination", folder];
      const { ok, output } = await runCommand("npm", pack);
      if (!ok) return { ok, output };
    }
    const judged = await Promise.all(
      readdirSync(folder).map((file) => runCommand(bin("publint"), ["run", "--strict", join(folder, file)])),
    );
    return { ok: judged.every(({ ok }) => ok), output: judged.map(({ output }) => output).join("\n") };
  } catch (error) {
    return { ok: false, output: error.message };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A lock that names a registry would send everybody else to that one. */
function checkLockfile() {
  const lines = readFileSync(join(root, "package-lock.json"), "utf8").split("\n");
  const resolved = lines.filter((line) => line.trimStart().startsWith('"resolved":'));
  return { ok: resolved.length === 0, output: `package-lock.json names a registry:\n${resolved.join("\n")}` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runMain(async () => {
    await ensureInstalled();
    const { failed } = await runChecks();
    return failed === 0 ? 0 : 1;
  });
}
