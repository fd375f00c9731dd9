// Installs the agents that tests connect to, at the versions that they are tested with, apart from the project's own packages.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root, run, runMain, step } from "./setup.mjs";

const agents = {
  "@anthropic-ai/claude-code": "2.1.330",
  "@openai/codex": "0.169.0",
  "@google/gemini-cli": "0.61.0",
};

const folder = join(root, "node_modules", ".cache", "agents");

/** Resolves to the packages that could not be installed; their tests are skipped. A few milliseconds where all are there. */
export async function ensureAgents() {
  const missing = Object.keys(agents).filter((name) => installedVersion(name) !== agents[name]);
  if (missing.length === 0) return [];
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), `${JSON.stringify({ private: true, dependencies: agents }, null, 2)}\n`);
  for (const name of missing) await step(`Installing ${name} ${agents[name]}`, () => install(name));
  return missing.filter((name) => installedVersion(name) !== agents[name]);
}

/** One after the other, so that one that is not to be had does not keep the others away. */
function install(name) {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const flags = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  const wanted = Object.entries(agents).filter(([each]) => each === name || installedVersion(each) !== undefined);
  return run(npm, ["install", ...flags, ...wanted.map(([each, version]) => `${each}@${version}`)], {
    cwd: folder,
    env: process.env,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
}

function installedVersion(name) {
  const file = join(folder, "node_modules", name, "package.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).version : undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runMain(async () => {
    const missing = await ensureAgents();
    for (const name of missing) console.log(`${name} could not be installed; its tests are skipped.`);
    return 0;
  });
}
