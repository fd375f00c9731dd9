// How the bundle takes modules of Node's. Importing one from an ES module evaluates every getter that it exports, and
// so loads what nobody asked for: node:http brings a whole WebSocket client, node:util a differ. A quarter of each start.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const namespace = "builtins";

/** CommonJS packages in the bundle call require() for Node's own modules, and ws for optional ones that are not there. */
export const requireBanner =
  'const require=id=>process.getBuiltinModule(id)??process.getBuiltinModule("node:module").createRequire(import.meta.url)(id);';

/**
 * An esbuild plugin: a module of Node's is loaded when something of it is first used. It has to run
 * on the Node that the bundle is for, whose exports it lists.
 */
export const lazyBuiltins = {
  name: "lazy-builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace }));
    onLoad({ filter: /^node:process$/, namespace }, () => ({ contents: "module.exports = process;" }));
    onLoad({ filter: /.*/, namespace }, ({ path }) => ({ contents: contentsOf(path, require(path)) }));
  },
};

function contentsOf(path, exported) {
  const load = `process.getBuiltinModule(${JSON.stringify(path)})`;
  // A module that is itself a function or a class (node:events, node:stream) cannot be put off.
  if (typeof exported === "function") return `module.exports = ${load};`;
  return `
    let real;
    for (const name of ${JSON.stringify(Object.keys(exported))}) {
      Object.defineProperty(exports, name, { enumerable: true, get: () => (real ??= ${load})[name] });
    }`;
}
