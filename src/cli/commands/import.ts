import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { AppError } from "../../core/errors.js";
import { numberOf } from "../../core/number-of.js";
import { interruptible, printJson, type Cli } from "../cli.js";
import type { ImportReport } from "../import-events.js";
import type { ImportTarget } from "../import-target.js";
import { addJsonOption, defaultServerUrl, serverUrl, type SourceOptions } from "../session-options.js";
import { printable } from "../text.js";
import { registerImportClaudeCode } from "./import-claude-code.js";

interface ImportCommandOptions extends SourceOptions {
  skipBad?: boolean;
  json?: boolean;
}

const shownProblems = 20;

export function registerImport(program: Command, cli: Cli): void {
  const command = program.command("import").enablePositionalOptions().helpCommand(false);
  registerImportClaudeCode(command, cli);
  addJsonOption(command)
    .description(
      "store sessions that were exported, or folders of sessions, also those of the service that came before",
    )
    .argument("<path...>", "files of events (NDJSON; - for standard input), sessions' folders, or storage folders")
    .option("--url <url>", `the server (else SESSION_SERVICE_URL, else ${defaultServerUrl})`)
    .addOption(
      new Option("--storage <dir>", "store straight into this folder, which no server may have open").conflicts("url"),
    )
    .option("--skip-bad", "leave out lines that cannot be read, in place of refusing their file")
    .addHelpText(
      "after",
      `
Times and event ids are kept; what is there already is not stored again, so an import that
broke off is simply run again.

Examples:
  claude-sessions import my-session.ndjson
  claude-sessions export my-session | claude-sessions import - --url http://elsewhere:9000
  claude-sessions import old-storage/sessions/my-session --storage /var/claude-sessions`,
    )
    .action((paths: string[], options: ImportCommandOptions) => runImport(cli, paths, options));
}

async function runImport(cli: Cli, paths: string[], options: ImportCommandOptions): Promise<void> {
  const reports = await interruptible(cli, (signal) => importAll(cli, paths, options, signal));
  const total = summarize(reports);
  if (options.json) await printJson(cli, { ...total, inputs: reports });
  else await printReports(cli, reports, total);
  const refused = reports.filter((report) => report.refused);
  if (refused.length > 0) {
    throw new AppError("invalid_input", `${refusal(refused, reports.length)}${transcriptHint(paths)}`);
  }
}

function transcriptHint(paths: readonly string[]): string {
  if (!paths.some((path) => path.endsWith(".jsonl"))) return "";
  return " Transcripts of Claude Code are for 'claude-sessions import claude-code'.";
}

function refusal(refused: readonly ImportReport[], all: number): string {
  const what = all === 1 ? "Nothing was stored" : `Nothing was stored of ${refused.length} of ${all} inputs`;
  const isSkippable = refused.some(({ skippable }) => skippable);
  return `${what}.${isSkippable ? " Mend what is reported above, or leave bad lines out with --skip-bad." : ""}`;
}

async function importAll(
  cli: Cli,
  paths: string[],
  options: ImportCommandOptions,
  signal: AbortSignal,
): Promise<ImportReport[]> {
  const { openInputs } = await import("../import-inputs.js");
  const { importInput } = await import("../import-events.js");
  const { context } = cli;
  const target = await openTarget(cli, options);
  const reports: ImportReport[] = [];
  try {
    for (const path of paths) {
      const opened = await openInputs(path, context.cwd, context.stdin);
      try {
        for await (const input of opened.inputs) {
          reports.push(await importInput(input, target, { skipBad: options.skipBad === true, signal }));
        }
      } finally {
        await opened.close();
      }
    }
  } finally {
    await target.close();
  }
  return reports;
}

async function openTarget(cli: Cli, options: ImportCommandOptions): Promise<ImportTarget> {
  const { serverTarget, storeTarget } = await import("../import-target.js");
  if (options.storage === undefined) return serverTarget(serverUrl(options, cli));
  const { openFileStore } = await import("../../storage/file/file-store.js");
  return storeTarget(await openFileStore({ path: resolve(cli.context.cwd, options.storage), now: cli.context.now }));
}

function summarize(reports: readonly ImportReport[]) {
  const sum = (figure: (report: ImportReport) => number) =>
    reports.reduce((total, report) => total + figure(report), 0);
  return {
    sessions: sum(({ sessions }) => sessions),
    stored: sum(({ stored }) => stored),
    present: sum(({ present }) => present),
    problems: sum(({ problems }) => problems.length),
  };
}

async function printReports(
  cli: Cli,
  reports: readonly ImportReport[],
  total: ReturnType<typeof summarize>,
): Promise<void> {
  const problems = reports.flatMap((report) => report.problems);
  for (const problem of problems.slice(0, shownProblems)) cli.note(printable(problem));
  if (problems.length > shownProblems) cli.note(`… and ${problems.length - shownProblems} more`);
  const { stored, sessions, present } = total;
  const already = `${numberOf(present, "was", "were")} there already`;
  await cli.out.write(`Stored ${numberOf(stored, "event")} of ${numberOf(sessions, "session")}; ${already}.\n`);
}
