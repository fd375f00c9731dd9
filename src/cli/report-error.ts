import { CommanderError } from "commander";
import { AppError } from "../core/errors.js";
import type { CliContext } from "./context.js";
import { OutputClosed } from "./output.js";
import { asTyped } from "./own-command.js";
import { printable } from "./text.js";

/**
 * Tells the user what went wrong, as one sentence or (`--json`) as a problem document, and gives
 * the exit code. Help and version, which commander ends by throwing too, are no failures.
 */
export function reportError(error: unknown, { stderr, env }: CliContext, json: boolean): number {
  if (error instanceof OutputClosed) return 0;
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  if (error instanceof CommanderError && error.code === "commander.help") return 2;
  const failure = toFailure(error);
  if (failure.code === "interrupted") return failure.exitCode;
  stderr.write(json ? `${JSON.stringify(problemOf(failure))}\n` : asTyped(sentence(failure), env));
  return failure.exitCode;
}

/** The same shape that the server answers with (RFC 9457). */
function problemOf({ code, title, status, message, issues }: AppError) {
  return { type: `urn:claude-sessions:${code}`, title, status, detail: message, code, error: message, issues };
}

function sentence({ message, issues }: AppError): string {
  const details = issues.filter(({ path }) => path !== "" && !message.includes(path));
  const [first = "", ...rest] = message.split(/\r*\n/);
  return [
    `claude-sessions: ${printable(first)}`,
    ...rest.map((line) => `  ${printable(line)}`),
    ...details.map(({ path, message: text }) => `  ${printable(`${path}: ${text}`)}`),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

function toFailure(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof CommanderError) return new AppError("usage", usageMessage(error.message), { cause: error });
  const cause = error as NodeJS.ErrnoException | undefined;
  return new AppError(
    "internal",
    fileMessages[cause?.code ?? ""]?.(cause?.path ?? "a file") ?? String(cause?.message ?? error),
    { cause },
  );
}

function usageMessage(message: string): string {
  const text = message
    .replace(/^error: /, "")
    .replace(/^option '(?:-\w, )?(--[\w-]+)[^']*' argument '(.*)' is invalid\. /, "$1 cannot be '$2'. ")
    .replace(/^command-argument value '(.*)' is invalid for argument '(.*)'\. /, "The $2 cannot be '$1'. ")
    .replace("Allowed choices are", "It is one of")
    .replaceAll("\n", " ")
    .trim();
  return `${text}${/[.)]$/.test(text) ? "" : "."} See --help.`;
}

const fileMessages: Record<string, (path: string) => string> = {
  ENOENT: (path) => `There is no file ${path}.`,
  EACCES: (path) => `This user may not open ${path}.`,
  EISDIR: (path) => `${path} is a folder where a file is needed.`,
  ENOTDIR: (path) => `${path} is a file where a folder is needed.`,
  ENOSPC: (path) => `The disk is full; ${path} could not be written. Make room and run the command again.`,
};
