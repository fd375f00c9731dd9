// `npm run bench`: bundles bench/ beside its programs and runs it against the built program. Arguments: see --help.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt } from "./build.mjs";
import { ensureInstalled, nodePath, projectEnv, root, run, runMain } from "./setup.mjs";

const out = join(root, "node_modules", ".cache", "claude-sessions", "bench");

await runMain(async (args) => {
  await ensureInstalled();
  await ensureBuilt();
  await bundlePrograms();
  // A certificate bundle in the environment adds 40 ms to every start of Node.
  const { NODE_EXTRA_CA_CERTS: _certificates, ...env } = projectEnv();
  return run(nodePath(), [join(out, "main.js"), ...args], { env });
});

async function bundlePrograms() {
  const { build } = await import("esbuild");
  const baselines = readdirSync(join(root, "bench", "baselines")).map((name) => `baselines/${name}`);
  await build({
    absWorkingDir: join(root, "bench"),
    entryPoints: ["main.ts", "client.ts", "store-maker.ts", ...baselines],
    outdir: out,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node22",
    banner: {
      js: 'import{createRequire as $createRequire}from"node:module";const require=$createRequire(import.meta.url);',
    },
    external: ["bufferutil", "utf-8-validate"],
  });
}
