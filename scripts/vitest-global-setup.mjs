// Tests start the real program and its index worker, which run from dist/.
import { ensureBuilt } from "./build.mjs";

export async function setup() {
  await ensureBuilt();
}
