import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const candidates = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
/** Undefined where the machine has none. */
const executablePath = candidates.find((path) => existsSync(path));

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];

/** The machine's Chromium, without a window; null where there is none. */
export async function launchBrowser(): Promise<Browser | null> {
  if (executablePath === undefined) return null;
  const args = [...flags, "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath, args });
}
