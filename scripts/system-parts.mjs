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
  const missing = Object.keys(parts).filter((command) => !isThere(command));
  if (missing.length === 0) return;
  if (!canInstall()) {
    console.log(`Not installed, and their tests are skipped: ${missing.join(", ")}`);
    return;
  }
  const packages = missing.map((command) => parts[command]);
  await step(`Installing ${packages.join(", ")}`, async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const apt = (...args) => run("apt-get", ["-qq", ...args], { env, stdio: ["ignore", 2, 2] });
    const install = () => apt("install", "-y", "--no-install-recommends", ...packages);
    if ((await install()) === 0) return;
    if ((await apt("update")) !== 0 || (await install()) !== 0) {
      throw new SetupError(`apt-get could not install ${packages.join(", ")}. See its output above.`);
    }
  });
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
