import { resolve } from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import { AppError } from "../core/errors.js";
import type { Cli } from "./cli.js";
import type { SessionSource } from "./source.js";

export const defaultServerUrl = "http://localhost:9000";

/** Which sessions a command works on: those of a server, or those in a folder. */
export interface SourceOptions {
  url?: string;
  storage?: string;
}

export function addSourceOptions(command: Command): Command {
  return command
    .option("--url <url>", `the server (else SESSION_SERVICE_URL, else ${defaultServerUrl})`)
    .addOption(new Option("--storage <dir>", "read the files in this folder, with no server").conflicts("url"));
}

export function addJsonOption(command: Command): Command {
  return command.option("--json", "answer in JSON, for scripts");
}

export function serverUrl({ url }: SourceOptions, { context }: Cli): string {
  return url ?? (context.env["SESSION_SERVICE_URL"] || defaultServerUrl);
}

export async function openSource(options: SourceOptions, cli: Cli): Promise<SessionSource> {
  if (options.storage !== undefined) {
    const { openFilesSource } = await import("./files-source.js");
    return openFilesSource(resolve(cli.context.cwd, options.storage));
  }
  const { openServerSource } = await import("./server-source.js");
  return openServerSource(serverUrl(options, cli));
}

/** A session id from the command line. @throws AppError `usage` */
export async function checkedSessionId(text: string): Promise<string> {
  const { parseSessionId } = await import("../core/ids.js");
  try {
    return parseSessionId(text);
  } catch (error) {
    throw new AppError("usage", `'${text}' is not a session id. ${(error as Error).message}`, { cause: error });
  }
}

/** For commander: a whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d{1,15}$/.test(text) && number >= least) return number;
    throw new InvalidArgumentError(`Give a whole number of at least ${least}.`);
  };
}

/** For commander: words with commas between them; repeated options add up. */
export function commaSeparated(text: string, previous: string[] = []): string[] {
  return [
    ...previous,
    ...text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  ];
}
