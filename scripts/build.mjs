// Bundles src/ into dist/: one file per entry, code shared and split, so that a command loads only what it needs. The Node
// hook agent is built along with it.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleDashboard } from "./build-dashboard.mjs";
import { buildNodeClient } from "./build-node-client.mjs";
import { lazyBuiltins, requireBanner } from "./builtins.mjs";
import { ensureInstalled, nodePath, root, run, runMain, SetupError, step } from "./setup.mjs";
import { startupChunk } from "./startup-chunk.mjs";

const script = fileURLToPath(import.meta.url);
const dist = join(root, "dist");
const nodeClient = join(root, "clients", "node", "dist");
const stampFile = join(root, "node_modules", ".cache", "claude-sessions", "build");
const notices = "third-party-licences.txt";
/** A running server may still import a chunk of the build before; it is kept this long. */
const staleMs = 10 * 60_000;

const entryPoints = {
  cli: "src/cli/main.ts",
  "index-worker": "src/storage/index/index-worker.ts",
};

/** What the lightest commands load, the client of the server included. */
const startupModules = [
  "cli/completion.ts",
  "cli/progress.ts",
  "cli/text.ts",
  "cli/node-fetch.ts",
  "cli/colors.ts",
  "cli/version.ts",
  "core/state.ts",
  "client/http-client.ts",
];
/** What agents run for every step of theirs: one file of CommonJS, which Node starts soonest. */
const hook = { in: "src/hook/hook.ts", out: "hook.cjs" };

const startupBuiltins = ["child_process", "events", "fs", "http", "https", "os", "path", "process", "util"];

/** Builds where the sources are not those of the last build. A few milliseconds where they are. */
export async function ensureBuilt() {
  const stamp = stampOf([
    join(root, "src"),
    join(root, "scripts"),
    join(root, "clients", "node", "src"),
    join(root, "clients", "node", "types"),
    join(root, "clients", "node", "package.json"),
    join(root, "vite.config.ts"),
    join(root, "package.json"),
    join(root, "package-lock.json"),
  ]);
  const isThere = [join(dist, "cli.js"), join(nodeClient, "index.cjs")].every((file) => existsSync(file));
  if (isThere && readStamp() === stamp) return;
  await step("Building", () => buildAll("--keep-recent"));
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp);
}

/** The program, and the hook agent that a clone's users install from its folder. */
async function buildAll(...flags) {
  await Promise.all([buildApart(...flags), buildNodeClient()]);
}

/** Builds in a process of its own: the bundle is made by the Node that it is for. */
async function buildApart(...flags) {
  const code = await run(nodePath(), [script, "--bundle", ...flags], { stdio: ["ignore", 2, 2] });
  if (code !== 0) throw new SetupError("The sources do not build; see above.");
}

async function build({ keepMs }) {
  const dashboard = bundleDashboard(join(dist, "dashboard"), { keepMs });
  const { outputFiles, metafile } = await bundle(options());
  const hookBundle = await bundle(hookOptions());
  mkdirSync(dist, { recursive: true });
  const files = new Map(
    [...outputFiles, ...hookBundle.outputFiles].map(({ path, contents }) => [basename(path), contents]),
  );
  files.set(notices, Buffer.from(licences([...Object.keys(metafile.inputs), ...(await dashboard)])));
  // Entries come last: whoever reads one finds all that it imports.
  const ordered = [...files].sort(([a], [b]) => Number(isEntry(a)) - Number(isEntry(b)));
  for (const [name, contents] of ordered) writeWhole(join(dist, name), contents);
  removeStale(files, keepMs);
}

async function bundle(settings) {
  const esbuild = await import("esbuild");
  try {
    return await esbuild.build(settings);
  } catch (error) {
    throw new SetupError(`The sources do not build: ${error.message}`);
  }
}

function options() {
  return {
    absWorkingDir: root,
    entryPoints: Object.entries(entryPoints).map(([out, path]) => ({ in: path, out })),
    outdir: dist,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node22",
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    chunkNames: "[name]-[hash]",
    banner: { js: requireBanner },
    // Its CommonJS build hides what it requires from a bundler.
    alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" },
    // Optional native parts of ws, which does without.
    external: ["bufferutil", "utf-8-validate"],
    // React for development checks much, and is larger and slower.
    define: { "process.env.NODE_ENV": '"production"', "process.env.DEV": '"false"' },
    jsx: "automatic",
    plugins: [
      versionOnly,
      noDevtools,
      lazyBuiltins,
      startupChunk({
        source: join(root, "src"),
        entries: Object.values(entryPoints).map((path) => join(root, path)),
        modules: [
          ...startupModules.map((path) => join(root, "src", path)),
          ...startupBuiltins.map((name) => `node:${name}`),
        ],
      }),
    ],
    metafile: true,
    write: false,
    logLevel: "silent",
  };
}

function hookOptions() {
  return {
    absWorkingDir: root,
    entryPoints: [hook.in],
    outfile: join(dist, hook.out),
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node22",
    minify: true,
    legalComments: "none",
    write: false,
    logLevel: "silent",
  };
}

/** Ink reaches for React's developer tools where DEV is set; they are no part of the program. */
const noDevtools = {
  name: "no-devtools",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^react-devtools-core$/ }, ({ path }) => ({ path, namespace: "none" }));
    onLoad({ filter: /.*/, namespace: "none" }, () => ({ contents: "export default {};" }));
  },
};

/** Of package.json the program needs its version; the rest stays out of the bundle. */
const versionOnly = {
  name: "version-only",
  setup({ onLoad }) {
    const file = join(root, "package.json");
    onLoad({ filter: /package\.json$/ }, ({ path }) => {
      if (path !== file) return undefined;
      const { name, version } = JSON.parse(readFileSync(file, "utf8"));
      return { contents: JSON.stringify({ name, version }), loader: "json" };
    });
  },
};

function isEntry(name) {
  return Object.hasOwn(entryPoints, name.replace(/\.js$/, ""));
}

function writeWhole(file, contents) {
  if (existsSync(file) && readFileSync(file).equals(contents)) return;
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, contents);
  renameSync(temporary, file);
}

function removeStale(files, keepMs) {
  for (const name of readdirSync(dist)) {
    const file = join(dist, name);
    if (
      !files.has(name) &&
      name !== "dashboard" &&
      Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= keepMs
    ) {
      rmSync(file, { recursive: true, force: true });
    }
  }
}

/** The licence texts of every package that went into the bundle. */
function licences(inputs) {
  const packages = new Set(inputs.flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []));
  const sections = [...packages].sort().map((path) => {
    const folder = join(root, path);
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? `Licence: ${license}` : readFileSync(join(folder, file), "utf8").trim();
    return `${name} ${version}\n\n${text}\n`;
  });
  return `claude-sessions contains the following packages.\n\n${sections.join(`\n${"-".repeat(80)}\n\n`)}`;
}

function stampOf(paths) {
  const hash = createHash("sha256");
  for (const path of paths) addToStamp(hash, path);
  return hash.digest("hex");
}

function addToStamp(hash, path) {
  const stats = statSync(path);
  if (stats.isDirectory()) {
    for (const name of readdirSync(path).sort()) addToStamp(hash, join(path, name));
  } else if (!/\.test\.tsx?$/.test(path)) {
    hash.update(`${relative(root, path)}:${stats.size}:${stats.mtimeMs}\n`);
  }
}

function readStamp() {
  try {
    return readFileSync(stampFile, "utf8");
  } catch {
    return undefined;
  }
}

if (process.argv[1] === script) {
  await runMain(async (args) => {
    if (args.includes("--bundle")) {
      await build({ keepMs: args.includes("--keep-recent") ? staleMs : 0 });
    } else {
      await ensureInstalled();
      await buildAll();
    }
    return 0;
  });
}
