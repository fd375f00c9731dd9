// Keeps what every command loads in one file. Left alone, esbuild makes a chunk for each set of entries that share
// a module, and a start reads a dozen tiny files; Node takes about a millisecond for each.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const namespace = "startup";
const loaders = { ".ts": "ts", ".tsx": "tsx" };

/**
 * An esbuild plugin by which every entry and every dynamically imported module of `source` also imports
 * `modules`. What all entries share is one chunk.
 */
export function startupChunk({ source, entries, modules }) {
  const imports = modules.map((path) => `import ${JSON.stringify(path)};`).join("\n");
  return {
    name: "startup-chunk",
    setup({ onResolve, onLoad }) {
      const roots = new Set([...entries, ...dynamicImports(source)]);
      onResolve({ filter: /^startup:modules$/ }, ({ path }) => ({ path, namespace }));
      onLoad({ filter: /.*/, namespace }, () => ({ contents: imports, resolveDir: source }));
      onLoad({ filter: /\.tsx?$/ }, ({ path }) => {
        if (!roots.has(path)) return undefined;
        const contents = `${readFileSync(path, "utf8")}\nimport "startup:modules";\n`;
        return { contents, loader: loaders[path.slice(path.lastIndexOf("."))] };
      });
    },
  };
}

function dynamicImports(folder) {
  return sourceFiles(folder).flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/\bimport\("(\.[^"]+)\.js"\)/g)].map(
      ([, path]) => `${join(dirname(file), path)}.ts`,
    ),
  );
}

function sourceFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path) ? [path] : [];
  });
}
