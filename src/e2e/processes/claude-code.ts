import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../core/errors.js";
import { runCommand, type CommandOptions } from "../command.js";
import type { Project } from "../project.js";

const packageName = "@anthropic-ai/claude-code";

/** The Claude Code program, in the version that the application is written for; installed where it is not there. */
export async function ensureClaudeCode(
  { root, containers, cache }: Project,
  options: CommandOptions,
  note: (line: string) => void,
): Promise<string> {
  const wanted = versionIn(join(containers, "fly_achensee_claude", "package.json"));
  const own = join(cache, "claude-code");
  const folders = [join(root, "node_modules", ".cache", "agents"), own];
  const find = () => folders.map((folder) => programIn(folder, wanted)).find((path) => path !== undefined);
  const found = find();
  if (found !== undefined) return found;
  note(`installing Claude Code ${wanted}`);
  mkdirSync(own, { recursive: true });
  const flags = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  await runCommand("npm", ["install", ...flags, "--prefix", own, `${packageName}@${wanted}`], options);
  const installed = find();
  if (installed !== undefined) return installed;
  throw new AppError("internal", `Claude Code ${wanted} has no program for ${process.platform} ${process.arch}.`);
}

function versionIn(file: string): string {
  const { dependencies } = JSON.parse(readFileSync(file, "utf8")) as { dependencies: Record<string, string> };
  return dependencies[packageName]!;
}

/** The program of the platform's own package. */
function programIn(folder: string, wanted: string): string | undefined {
  const modules = join(folder, "node_modules");
  const manifest = join(modules, packageName, "package.json");
  if (!existsSync(manifest)) return undefined;
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  const program = join(modules, `${packageName}-${process.platform}-${process.arch}`, "claude");
  return version === wanted && existsSync(program) ? program : undefined;
}
