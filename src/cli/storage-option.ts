import { join, resolve } from "node:path";
import { statSync } from "node:fs";
import { Option } from "commander";
import { AppError } from "../core/errors.js";
import type { Cli } from "./cli.js";

export interface StorageOptions {
  storage?: string;
}

export function storageOption(description: string): Option {
  return new Option("--storage <dir>", `${description} (else CLAUDE_SESSIONS_STORAGE, STORAGE_PATH or SESSIONS_DIR)`);
}

/** The absolute path of an existing storage folder. @throws AppError `usage` */
export function requireStorage({ storage }: StorageOptions, { context }: Cli): string {
  const { env, cwd } = context;
  const given = storage ?? (env["CLAUDE_SESSIONS_STORAGE"] || env["STORAGE_PATH"] || env["SESSIONS_DIR"]);
  if (!given)
    throw new AppError("usage", "Say which folder with --storage <dir>; 'serve' prints its own when it starts.");
  const path = resolve(cwd, given);
  if (statSync(join(path, "sessions"), { throwIfNoEntry: false })?.isDirectory()) return path;
  throw new AppError("usage", `There is no storage folder ${path}: it would have a folder 'sessions'.`);
}
