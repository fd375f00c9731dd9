import type { Command } from "commander";
import { numberOf } from "../../core/number-of.js";
import { interruptible, printJsonLine, type Cli } from "../cli.js";
import { createProgress } from "../progress.js";
import { asTyped } from "../own-command.js";
import { addJsonOption } from "../session-options.js";
import { requireStorage, storageOption, type StorageOptions } from "../storage-option.js";
import { printable } from "../text.js";

export function registerVerify(program: Command, cli: Cli, setExitCode: (code: number) => void): void {
  addJsonOption(program.command("verify").addOption(storageOption("the folder to check")))
    .description("check every line, seq and snapshot of a storage folder; changes nothing")
    .addHelpText(
      "after",
      `
Ends with 1 where something is wrong. JSON is one finding a line.

Examples:
  claude-sessions verify --storage /var/claude-sessions
  claude-sessions verify --storage backup --json | jq -r .file`,
    )
    .action(async (options: StorageOptions & { json?: boolean }) => {
      const path = requireStorage(options, cli);
      const findings = await interruptible(cli, (signal) => verify(cli, path, options.json === true, signal));
      setExitCode(findings.all > 0 ? 1 : 0);
      if (options.json) return;
      await cli.out.write(asTyped(verdict(findings, path), cli.context.env));
    });
}

interface Counts {
  all: number;
  repairable: number;
}

async function verify(cli: Cli, path: string, json: boolean, signal: AbortSignal): Promise<Counts> {
  const { verifyStore } = await import("../../storage/file/verify.js");
  const progress = createProgress("Checking", cli.context);
  const counts = { all: 0, repairable: 0 };
  try {
    for await (const finding of verifyStore(path, progress.update)) {
      signal.throwIfAborted();
      counts.all += 1;
      if (finding.repairable) counts.repairable += 1;
      progress.end();
      if (json) await printJsonLine(cli, JSON.stringify(finding));
      else
        await cli.out.write(
          `${printable(`${finding.file}${finding.line === undefined ? "" : `:${finding.line}`}: ${finding.problem}`)}\n`,
        );
    }
  } finally {
    progress.end();
  }
  return counts;
}

function verdict({ all, repairable }: Counts, path: string): string {
  if (all === 0) return "Everything is in order.\n";
  const found = `Found ${numberOf(all, "problem")}, ${repairable} of them repairable.`;
  const hint =
    repairable > 0
      ? `Stop the server and run 'claude-sessions repair --storage ${path}'.`
      : "What cannot be repaired has to come from a backup.";
  return `${found} ${hint}\n`;
}
