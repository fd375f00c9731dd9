import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Option, type Command } from "commander";
import { AppError } from "../../core/errors.js";
import { numberOf } from "../../core/number-of.js";
import { interruptible, printJson, type Cli } from "../cli.js";
import type { TranscriptTarget } from "../import-claude-code-target.js";
import { addJsonOption, defaultServerUrl, type SourceOptions } from "../session-options.js";
import { printable } from "../text.js";

interface ImportClaudeCodeOptions extends SourceOptions {
  since?: string;
  watch?: boolean;
  configDir?: string;
  json?: boolean;
}

const shownProblems = 20;

/** Under `import`, beside its paths: a file that has this name is given as `./claude-code`. */
export function registerImportClaudeCode(parent: Command, cli: Cli): void {
  addJsonOption(parent.command("claude-code"))
    .description("store the sessions that Claude Code has transcripts of, also its subagents'")
    .option("--since <time>", "only sessions that went on since then, such as 2026-01-31 or 7d")
    .option("--watch", "go on following the transcripts, until Ctrl-C")
    .option("--config-dir <dir>", "Claude Code's folder (else CLAUDE_CONFIG_DIR, else ~/.claude)")
    .option("--url <url>", `the server (else SESSION_SERVICE_URL, else ${defaultServerUrl})`)
    .addOption(
      new Option("--storage <dir>", "store straight into this folder, which no server may have open").conflicts("url"),
    )
    .addHelpText(
      "after",
      `
What is stored already, also by hooks or OpenTelemetry, is not stored again: run it as often as
you like. What Claude Code tells the model by itself is left out, and secrets are redacted.

Examples:
  claude-sessions import claude-code
  claude-sessions import claude-code --since 7d --url http://elsewhere:9000
  claude-sessions import claude-code --watch`,
    )
    .action((_options: unknown, command: Command) =>
      runImport(cli, command.optsWithGlobals<ImportClaudeCodeOptions>()),
    );
}

async function runImport(cli: Cli, options: ImportClaudeCodeOptions): Promise<void> {
  const { parseTime } = await import("../time.js");
  const { env, home, cwd, now } = cli.context;
  const configDir = resolve(cwd, options.configDir ?? (env["CLAUDE_CONFIG_DIR"] || join(home, ".claude")));
  const since = options.since === undefined ? 0 : Date.parse(parseTime(options.since, now()));
  if (options.watch) return watch(cli, configDir, since, options);
  const { importTranscripts, requireConfigDir } = await import("../import-claude-code.js");
  requireConfigDir(configDir, existsSync(join(configDir, "projects")));
  const report = await withTarget(cli, options, (target, signal) =>
    importTranscripts(cli, target, { configDir, since, signal }),
  );
  for (const problem of report.problems.slice(0, shownProblems)) cli.note(printable(problem));
  const more = report.problems.length - shownProblems;
  if (more > 0) cli.note(`… and ${more} more`);
  if (options.json) await printJson(cli, report);
  else await cli.out.write(`Stored ${numberOf(report.stored, "event")} of ${numberOf(report.sessions, "session")}.\n`);
  if (report.problems.length > 0) {
    throw new AppError(
      "invalid_input",
      "Some of the transcripts could not be read whole: see above. The rest is stored.",
    );
  }
}

async function watch(cli: Cli, configDir: string, since: number, options: ImportClaudeCodeOptions): Promise<void> {
  const { watchTranscripts } = await import("../import-claude-code-watch.js");
  cli.note(`Following the transcripts in ${printable(join(configDir, "projects"))}; Ctrl-C ends it.`);
  await withTarget(cli, options, (target, signal) => watchTranscripts(cli, target, { configDir, since, signal }));
}

async function withTarget<T>(
  cli: Cli,
  options: SourceOptions,
  run: (target: TranscriptTarget, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { openTranscriptTarget } = await import("../import-claude-code-target.js");
  const target = await openTranscriptTarget(options, cli);
  try {
    return await interruptible(cli, (signal) => run(target, signal));
  } finally {
    await target.close();
  }
}
