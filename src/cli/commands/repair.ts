import type { Command } from "commander";
import { numberOf } from "../../core/number-of.js";
import { interruptible, printJsonLine, type Cli } from "../cli.js";
import { createProgress } from "../progress.js";
import { addJsonOption } from "../session-options.js";
import { requireStorage, storageOption, type StorageOptions } from "../storage-option.js";
import { printable } from "../text.js";

interface RepairOptions extends StorageOptions {
  dryRun?: boolean;
  json?: boolean;
}

export function registerRepair(program: Command, cli: Cli): void {
  addJsonOption(program.command("repair").addOption(storageOption("the folder to mend")))
    .description("mend what a crash or an editor broke in a storage folder, and say what was done")
    .option("--dry-run", "only say what is wrong and can be mended")
    .addHelpText(
      "after",
      `
The server must not be running on the folder. Nothing that can be read is thrown away.

Examples:
  claude-sessions repair --storage /var/claude-sessions --dry-run
  claude-sessions repair --storage /var/claude-sessions`,
    )
    .action(async (options: RepairOptions) => {
      const path = requireStorage(options, cli);
      const count = await interruptible(cli, (signal) =>
        (options.dryRun ? listRepairable : repair)(cli, path, options, signal),
      );
      if (options.json) return;
      await cli.out.write(
        count === 0
          ? "There is nothing to mend.\n"
          : `${options.dryRun ? "Would mend" : "Mended"} ${numberOf(count, "thing")}.\n`,
      );
    });
}

async function repair(cli: Cli, path: string, { json }: RepairOptions, signal: AbortSignal): Promise<number> {
  const { repairStore } = await import("../../storage/file/repair.js");
  const progress = createProgress("Mending", cli.context);
  let count = 0;
  try {
    for await (const done of repairStore(path, progress.update)) {
      count += 1;
      progress.end();
      if (json) await printJsonLine(cli, JSON.stringify(done));
      else await cli.out.write(`${printable(`${done.file}: ${done.action}`)}\n`);
      signal.throwIfAborted();
    }
  } finally {
    progress.end();
  }
  return count;
}

async function listRepairable(cli: Cli, path: string, { json }: RepairOptions, signal: AbortSignal): Promise<number> {
  const { verifyStore } = await import("../../storage/file/verify.js");
  const progress = createProgress("Checking", cli.context);
  let count = 0;
  try {
    for await (const finding of verifyStore(path, progress.update)) {
      signal.throwIfAborted();
      if (!finding.repairable) continue;
      count += 1;
      progress.end();
      const { file, line, problem } = finding;
      if (json) await printJsonLine(cli, JSON.stringify(finding));
      else await cli.out.write(`${printable(`${file}${line === undefined ? "" : `:${line}`}: ${problem}`)}\n`);
    }
  } finally {
    progress.end();
  }
  return count;
}
