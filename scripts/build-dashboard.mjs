// Bundles src/dashboard into dist/dashboard, and packs each file once for all browsers that will ask for it.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { root, SetupError } from "./setup.mjs";

/** What the bundle is made from, besides what the lockfile says. */
const sources = ["src/dashboard", "src/view", "src/client", "src/core", "vite.config.ts", "package-lock.json"];
const manifest = "build.json";

/**
 * Builds where the sources are not those of the last build. Files that it no longer makes are kept
 * for `keepMs`: a page that is open may still load them.
 * @returns {Promise<string[]>} the modules that went in, for the licences
 */
export async function bundleDashboard(folder, { keepMs }) {
  const stamp = stampOf(sources.map((path) => join(root, path)));
  const before = readManifest(folder);
  if (before?.stamp === stamp && before.files.every((name) => existsSync(join(folder, name)))) return before.modules;
  const { files, modules } = await bundle();
  // The page comes last: whoever loads it finds all that it names.
  const ordered = [...files].sort(([a], [b]) => Number(a === "index.html") - Number(b === "index.html"));
  for (const [name, contents] of ordered) writePacked(join(folder, name), contents);
  removeStale(folder, new Set(files.keys()), keepMs);
  writeFileSync(join(folder, manifest), JSON.stringify({ stamp, files: [...files.keys()], modules }));
  return modules;
}

async function bundle() {
  // Whoever builds for tests wants what users get, too; React asks for this.
  process.env.NODE_ENV = "production";
  const vite = await import("vite");
  try {
    const { output } = await vite.build({
      root: join(root, "src", "dashboard"),
      configFile: join(root, "vite.config.ts"),
      logLevel: "silent",
      build: { write: false },
    });
    const files = new Map(output.map((part) => [part.fileName, Buffer.from(part.code ?? part.source)]));
    const fixed = join(root, "src", "dashboard", "public");
    for (const name of readdirSync(fixed)) files.set(name, readFileSync(join(fixed, name)));
    const modules = output.flatMap((part) => part.moduleIds ?? []).filter((id) => id.includes("node_modules"));
    return { files, modules: [...new Set(modules.map((id) => relative(root, id.replace(/^\0/, ""))))].sort() };
  } catch (error) {
    throw new SetupError(`The dashboard does not build: ${error.message}`);
  }
}

function writePacked(file, contents) {
  mkdirSync(dirname(file), { recursive: true });
  if (/\.(js|css)$/.test(file)) {
    writeWhole(`${file}.gz`, gzipSync(contents, { level: 9 }));
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: contents.length };
    writeWhole(`${file}.br`, brotliCompressSync(contents, { params }));
  }
  writeWhole(file, contents);
}

function writeWhole(file, contents) {
  if (existsSync(file) && readFileSync(file).equals(contents)) return;
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, contents);
  renameSync(temporary, file);
}

function removeStale(folder, names, keepMs) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const name = relative(folder, file).replace(/\.(gz|br)$/, "");
    if (!entry.isFile() || names.has(name) || name === manifest) continue;
    if (Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= keepMs) rmSync(file, { force: true });
  }
}

function readManifest(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, manifest), "utf8"));
  } catch {
    return undefined;
  }
}

function stampOf(paths) {
  const hash = createHash("sha256");
  for (const path of paths) addToStamp(hash, path);
  return hash.digest("hex");
}

function addToStamp(hash, path) {
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).sort()) addToStamp(hash, join(path, name));
  } else if (!/\.test\.tsx?$/.test(path)) {
    hash.update(`${relative(root, path)}\n`).update(readFileSync(path));
  }
}
