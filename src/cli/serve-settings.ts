import { accessSync, constants, existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { AppError } from "../core/errors.js";
import type { ConfigFile } from "./config-file.js";
import type { CliContext } from "./context.js";
import { nearest } from "../core/nearest.js";
import {
  readBoolean,
  readChoice,
  readOrigins,
  readPort,
  readPortOrNone,
  readSize,
  readText,
  type Reader,
} from "./setting-values.js";

const durabilities = ["strict", "relaxed"] as const;
const logLevels = ["trace", "debug", "info", "warn", "error", "silent"] as const;
const logFormats = ["auto", "human", "json"] as const;

/** What `serve` runs with. `maxBody` is bytes. */
export interface ServeSettings {
  host: string;
  port: number;
  /** The dashboard answers there too, not only under `/dashboard` of the API's port. */
  dashboardPort: number | "none";
  storage: string;
  durability: (typeof durabilities)[number];
  implicitSessions: boolean;
  allowOrigins: string[];
  maxBody: number;
  logLevel: (typeof logLevels)[number];
  logFormat: (typeof logFormats)[number];
}

export type SettingKey = keyof ServeSettings;

interface Setting<T> {
  flag: string;
  /** Environment variables, the strongest first. */
  variables: readonly string[];
  read: Reader<T>;
}

const settings: { [K in SettingKey]: Setting<ServeSettings[K]> } = {
  host: { flag: "--host", variables: ["CLAUDE_SESSIONS_HOST"], read: readText },
  port: { flag: "--port", variables: ["CLAUDE_SESSIONS_PORT", "PORT"], read: readPort },
  dashboardPort: {
    flag: "--dashboard-port",
    variables: ["CLAUDE_SESSIONS_DASHBOARD_PORT"],
    read: readPortOrNone,
  },
  storage: {
    flag: "--storage",
    variables: ["CLAUDE_SESSIONS_STORAGE", "STORAGE_PATH", "SESSIONS_DIR"],
    read: readText,
  },
  durability: { flag: "--durability", variables: ["CLAUDE_SESSIONS_DURABILITY"], read: readChoice(durabilities) },
  implicitSessions: {
    flag: "--no-implicit-sessions",
    variables: ["CLAUDE_SESSIONS_IMPLICIT_SESSIONS"],
    read: readBoolean,
  },
  allowOrigins: { flag: "--allow-origin", variables: ["CLAUDE_SESSIONS_ALLOW_ORIGIN"], read: readOrigins },
  maxBody: { flag: "--max-body", variables: ["CLAUDE_SESSIONS_MAX_BODY"], read: readSize },
  logLevel: { flag: "--log-level", variables: ["CLAUDE_SESSIONS_LOG_LEVEL"], read: readChoice(logLevels) },
  logFormat: { flag: "--log-format", variables: ["CLAUDE_SESSIONS_LOG_FORMAT"], read: readChoice(logFormats) },
};

export const settingKeys = Object.keys(settings) as SettingKey[];

/** A value and where it came from: a flag, a variable, the config file's path, or `default`. */
interface Resolved<T = unknown> {
  value: T;
  source: string;
}

export type ResolvedSettings = { [K in SettingKey]: Resolved<ServeSettings[K]> };
export type Flags = Partial<Record<SettingKey, unknown>>;

/**
 * Each setting from the strongest place that has it: flag, environment, config file, default.
 *
 * @throws AppError `usage` with the place and what is wrong there
 */
export function resolveSettings(flags: Flags, file: ConfigFile | undefined, context: CliContext): ResolvedSettings {
  const entries = settingKeys.map((key) => [key, resolveOne(key, flags, file, context)]);
  const resolved = Object.fromEntries(entries) as unknown as ResolvedSettings;
  const { port, dashboardPort } = resolved;
  // Who takes any free port runs beside others, and leaves them the one that the dashboard has by default.
  if (port.value === 0 && dashboardPort.source === "default") dashboardPort.value = "none";
  return resolved;
}

function resolveOne<K extends SettingKey>(
  key: K,
  flags: Flags,
  file: ConfigFile | undefined,
  context: CliContext,
): Resolved {
  const { flag, variables, read } = settings[key];
  if (flags[key] !== undefined) return absolute(key, take(flag, flags[key], read), flag, context.cwd);
  for (const variable of variables) {
    const text = context.env[variable];
    if (text && !isServiceLink(variable, text)) return absolute(key, take(variable, text, read), variable, context.cwd);
  }
  if (file && Object.hasOwn(file.values, key)) {
    return absolute(key, take(`${file.path}: ${key}`, file.values[key], read), file.path, dirname(file.path));
  }
  return defaultOf(key, context);
}

/**
 * Variables that look like a setting and are none, each with what was probably meant. Names that
 * are near to nothing are left alone: the prefix is not ours alone.
 */
export function misspeltVariables(env: CliContext["env"]): string[] {
  const known = Object.values(settings).flatMap(({ variables }) => variables.map((name) => name.replace(prefix, "")));
  return Object.keys(env)
    .filter(
      (name) => name.startsWith(prefix) && !serviceVariable.test(name) && !known.includes(name.slice(prefix.length)),
    )
    .flatMap((name) => {
      const meant = nearest(name.slice(prefix.length), known);
      return meant === undefined ? [] : [`There is no setting ${name}. Did you mean ${prefix}${meant}?`];
    });
}

const prefix = "CLAUDE_SESSIONS_";
/** What Kubernetes and Docker links set for a service of this name. */
const serviceVariable = /^CLAUDE_SESSIONS_(SERVICE_|PORT_)/;

/** Kubernetes gives every pod `<NAME>_PORT=tcp://…` for a service of that name; it says nothing about this process. */
function isServiceLink(variable: string, text: string): boolean {
  return variable === "CLAUDE_SESSIONS_PORT" && /^(tcp|udp):\/\//.test(text);
}

function take<T>(place: string, value: unknown, read: Reader<T>): T {
  try {
    return read(value);
  } catch (error) {
    throw new AppError("usage", `${place}: ${(error as Error).message.replace(/\.?$/, "")}.`.replace("?.", "?"), {
      cause: error,
    });
  }
}

/** A relative storage path starts where it was written: at the config file, else at the working directory. */
function absolute(key: SettingKey, value: unknown, source: string, base: string): Resolved {
  return { value: key === "storage" ? resolve(base, value as string) : value, source };
}

const defaults: Omit<ServeSettings, "storage" | "logFormat"> = {
  host: "127.0.0.1",
  port: 9000,
  dashboardPort: 3000,
  durability: "strict",
  implicitSessions: true,
  allowOrigins: [],
  maxBody: 16 * 1024 ** 2,
  logLevel: "info",
};

function defaultOf(key: SettingKey, context: CliContext): Resolved {
  if (key === "storage") return { value: defaultStorage(context), source: "default" };
  if (key !== "logFormat") return { value: defaults[key], source: "default" };
  if (context.env["NODE_ENV"] === "production") return { value: "json", source: "NODE_ENV" };
  return { value: "auto", source: "default" };
}

const systemStorage = "/var/claude-sessions";

/** The machine's folder where this user may write it or make it, else one of the user's own. */
export function defaultStorage({ env, home }: Pick<CliContext, "env" | "home">, system = systemStorage): string {
  if (isWritable(existsSync(system) ? system : dirname(system))) return system;
  return join(env["XDG_DATA_HOME"] || join(home, ".local", "share"), "claude-sessions");
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
