import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CliContext } from "../context.js";
import { hookScript } from "./hook-script.js";

/** How an agent reaches us: a program that it runs with the agent's name, the server, and the hook's input. */
export interface HookProgram {
  /** A file that has to be there for it, at the path at which the agent sees it. */
  file: { path: string; text: string; mode: number };
  /** The command, word by word. `last`: the agent ends after it. `wait`: so many seconds for a person's decision. */
  words(agent: string, server: string, options?: { last?: boolean; wait?: number }): string[];
}

/** A shell script, and where there is no shell the same in Node. It lies in `folder`. */
export function hookProgram(folder: string, platform = process.platform, runtime = process.execPath): HookProgram {
  if (platform !== "win32") {
    const path = join(folder, "hook.sh");
    return {
      file: { path, text: hookScript, mode: 0o755 },
      words: (agent, server, { last = false, wait } = {}) => {
        const how = wait === undefined ? (last ? ["--last"] : []) : ["--wait", String(wait)];
        return ["/bin/sh", path, ...how, agent, server];
      },
    };
  }
  const path = join(folder, "hook.cjs");
  return {
    file: { path, text: readFileSync(bundledHook(), "utf8"), mode: 0o755 },
    words: (agent, server, { wait } = {}) => {
      return [runtime, path, agent, "--url", server, ...(wait === undefined ? [] : ["--wait", String(wait)])];
    },
  };
}

/** Where a command is that the person could type. */
export function findOnPath(command: string, { env }: Pick<CliContext, "env">): string | undefined {
  const names = process.platform === "win32" ? [".cmd", ".exe", ""].map((end) => command + end) : [command];
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The bundle beside the one that runs; from the sources, the one that they were built to. */
function bundledHook(moduleUrl = import.meta.url): string {
  const beside = fileURLToPath(new URL("hook.cjs", moduleUrl));
  return existsSync(beside) ? beside : fileURLToPath(new URL("../../../dist/hook.cjs", moduleUrl));
}

/** Words as one command of a shell. */
export function shellCommand(words: readonly string[]): string {
  return words.map((word) => (/^[\w./:@%+=-]+$/.test(word) ? word : quoted(word))).join(" ");
}

function quoted(word: string): string {
  return process.platform === "win32" ? `"${word}"` : `'${word.replaceAll("'", "'\\''")}'`;
}
