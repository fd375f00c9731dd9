import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { AppError } from "../core/errors.js";
import { isJsonObject, type JsonObject } from "../core/json.js";
import type { CliContext } from "./context.js";
import { didYouMean } from "../core/nearest.js";

export interface ConfigFile {
  path: string;
  values: JsonObject;
}

/**
 * The config file that was named (`--config`, `CLAUDE_SESSIONS_CONFIG`), else the user's own where
 * there is one.
 *
 * @throws AppError `usage` where a named file is missing, is not JSON, or has an unknown key
 */
export function readConfigFile(
  named: string | undefined,
  keys: readonly string[],
  context: CliContext,
): ConfigFile | undefined {
  const given = named ?? (context.env["CLAUDE_SESSIONS_CONFIG"] || undefined);
  const path = given === undefined ? defaultPath(context) : resolve(context.cwd, given);
  const text = readText(path, given !== undefined);
  if (text === undefined) return undefined;
  const values = parseConfig(path, text);
  const unknown = Object.keys(values).find((key) => !keys.includes(key));
  if (unknown === undefined) return { path, values };
  throw new AppError(
    "usage",
    `${path}: there is no setting '${unknown}'.${didYouMean(unknown, keys) || ` There are ${keys.join(", ")}.`}`,
  );
}

function defaultPath({ env, home }: CliContext): string {
  return join(env["XDG_CONFIG_HOME"] || join(home, ".config"), "claude-sessions", "config.json");
}

function readText(path: string, required: boolean): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT" && !required) return undefined;
    throw new AppError("usage", `The config file ${path} cannot be read.`, { cause });
  }
}

function parseConfig(path: string, text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError("usage", `The config file ${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (isJsonObject(value)) return value;
  throw new AppError("usage", `The config file ${path} must hold a JSON object.`);
}
