// Programs that some tests drive: installed where this machine lets us, else those tests are skipped.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { run, SetupError, step } from "./setup.mjs";

/** Command → Debian package. */
const parts = { curl: "curl", jq: "jq", zsh: "zsh", fish: "fish", tmux: "tmux", chromium: "chromium" };

/** Whether a missing program can be installed here: then a test that is skipped for it is a failure. */
export function canInstall() {
  return process.platform === "linux" && process.getuid?.() === 0 && isThere("apt-get");
}

export async function ensureSystemParts() {
  const missing = await ensureCommands(parts);
  if (missing.length > 0) console.log(`Not installed, and their tests are skipped: ${missing.join(", ")}`);
}

/**
 * Installs the Debian packages of those commands that are not there.
 *
 * @param {Record<string, string>} packageOf command → Debian package
 * @returns {Promise<string[]>} the commands that are missing still, where nothing can be installed
 */
export async function ensureCommands(packageOf) {
  const missing = Object.keys(packageOf).filter((command) => !isThere(command));
  if (missing.length === 0 || !canInstall()) return missing;
  const packages = [...new Set(missing.map((command) => packageOf[command]))];
  await step(`Installing ${packages.join(", ")}`, async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const apt = (...args) => run("apt-get", ["-qq", ...args], { env, stdio: ["ignore", 2, 2] });
    const install = () => apt("install", "-y", "--no-install-recommends", ...packages);
    if ((await install()) === 0) return;
    if ((await apt("update")) !== 0 || (await install()) !== 0) {
      throw new SetupError(`apt-get could not install ${packages.join(", ")}. See its output above.`);
    }
  });
  return [];
}

function isThere(command) {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
