// Builds clients/node/dist: CommonJS bundles, ES modules over them, and the types of both.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureInstalled, nodePath, projectEnv, root, run, runMain, SetupError } from "./setup.mjs";

const script = fileURLToPath(import.meta.url);
const client = join(root, "clients", "node");
const entries = ["index", "langgraph", "claude-agent-sdk"];

/** Builds in a process of its own, by the project's Node. */
export async function buildNodeClient(out = join(client, "dist")) {
  const code = await run(nodePath(), [script, "--here", out], { stdio: ["ignore", 2, 2] });
  if (code !== 0) throw new SetupError("The Node client does not build; see above.");
}

async function build(out) {
  const made = mkdtempSync(`${out}-`);
  try {
    await bundle(made);
    for (const name of entries) writeFileSync(join(made, `${name}.js`), esModule(name, join(made, `${name}.cjs`)));
    await declare(made);
    rmSync(out, { recursive: true, force: true });
    chmodSync(made, 0o755);
    renameSync(made, out);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

async function bundle(outdir) {
  const esbuild = await import("esbuild");
  const { metafile } = await esbuild.build({
    absWorkingDir: client,
    entryPoints: entries.map((name) => `src/${name}.ts`),
    outdir,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    legalComments: "none",
    footer: { js: exportTheAgent },
    plugins: [oneAgent],
    metafile: true,
    logLevel: "warning",
  });
  const foreign = Object.keys(metafile.inputs).filter((path) => path.includes("node_modules"));
  if (foreign.length > 0)
    throw new SetupError(`The Node client is to have no dependencies, and bundles ${foreign[0]}.`);
}

/** The other entries use the agent of the main one: there is one in a process, however it is loaded. */
const oneAgent = {
  name: "one-agent",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/index\.js$/ }, () => ({ path: "./index.cjs", external: true }));
  },
};

/** `require` gives the agent itself, with everything else on it; what has no default stays as it is. */
const exportTheAgent = `
{
  const { default: agent, ...named } = module.exports;
  if (agent !== undefined) {
    module.exports = agent;
    const all = Object.entries({ ...named, default: agent });
    for (const [name, value] of all) Object.defineProperty(agent, name, { value, configurable: true });
  }
}`;

/** Imports what was built for \`require\`, so that a process which loads both ways has one agent and one spool. */
function esModule(name, file) {
  const loaded = createRequire(import.meta.url)(file);
  const names = Object.getOwnPropertyNames(loaded).filter((each) => /^[A-Z]|^sessionHooks$/.test(each));
  const lines = [`import loaded from "./${name}.cjs";`, `export const { ${names.join(", ")} } = loaded;`];
  if (loaded.default === loaded) lines.push("export default loaded;");
  return `${lines.join("\n")}\n`;
}

/** Types for \`import\` as they are, and once more for \`require\`, whose modules end in .cjs. */
async function declare(outdir) {
  const folder = mkdtempSync(join(tmpdir(), "claude-sessions-types-"));
  try {
    const tsc = join(root, "node_modules", ".bin", "tsc");
    // The whole tree is checked elsewhere; this only writes down what is exported.
    const options = ["--noCheck", "--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--outDir", folder];
    const code = await run(tsc, ["-p", client, "--rootDir", root, ...options], {
      env: projectEnv(),
      stdio: ["ignore", 2, 2],
    });
    if (code !== 0) throw new SetupError("The types of the Node client do not build; see above.");
    const source = join(folder, relative(root, client), "src");
    for (const file of reachable(source)) {
      const text = readFileSync(join(source, file), "utf8");
      write(join(outdir, file), text);
      write(join(outdir, file.replace(/\.d\.ts$/, ".d.cts")), forRequire(text));
    }
    write(join(outdir, "index.d.cts"), readFileSync(join(client, "types", "index.d.cts"), "utf8"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The declarations that an entry leads to. */
function reachable(source) {
  const found = new Set(entries.map((name) => `${name}.d.ts`));
  for (const file of found) {
    const text = readFileSync(join(source, file), "utf8");
    for (const [, path] of text.matchAll(/(?:from|import\() ?"(\.[^"]+)\.js"/g)) {
      const target = relative(source, join(source, dirname(file), `${path}.d.ts`));
      if (target.startsWith(`..${sep}`))
        throw new SetupError(`The types of ${file} lead out of the client, to ${path}.`);
      found.add(target);
    }
  }
  return found;
}

function forRequire(text) {
  return text.replaceAll(/((?:from|import\() ?"\.[^"]+)\.js"/g, '$1.cjs"');
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

if (process.argv[1] === script) {
  await runMain(async ([where, out = join(client, "dist")]) => {
    if (where === "--here") {
      await build(out);
    } else {
      await ensureInstalled();
      await buildNodeClient();
    }
    return 0;
  });
}
