import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { numberOf } from "../../core/number-of.js";
import { interruptible, printJson, type Cli } from "../cli.js";
import {
  addJsonOption,
  addSourceOptions,
  checkedSessionId,
  openSource,
  type SourceOptions,
} from "../session-options.js";

interface ExportOptions extends SourceOptions {
  output?: string;
  format: "ndjson" | "folder";
  json?: boolean;
}

export function registerExport(program: Command, cli: Cli): void {
  addJsonOption(addSourceOptions(program.command("export")))
    .description("write a session's whole log, to keep it or to import it elsewhere")
    .argument("<id>", "the session")
    .option(
      "-o, --output <path>",
      "the file (ndjson; else standard output) or the folder to put the session's folder in",
    )
    .addOption(
      new Option("--format <format>", "one event a line, or a folder as the storage has it")
        .choices(["ndjson", "folder"])
        .default("ndjson"),
    )
    .addHelpText(
      "after",
      `
Examples:
  claude-sessions export my-session > my-session.ndjson
  claude-sessions export my-session | jq -c 'select(.type == "action") | .data'
  claude-sessions export my-session --format folder --output backup --storage /var/claude-sessions`,
    )
    .action(async (id: string, options: ExportOptions) => {
      const sessionId = await checkedSessionId(id);
      await interruptible(cli, (signal) => exportSession(cli, sessionId, options, signal));
    });
}

async function exportSession(cli: Cli, sessionId: string, options: ExportOptions, signal: AbortSignal): Promise<void> {
  const source = await openSource(options, cli);
  try {
    const lines = source.log(sessionId, { signal });
    if (options.format === "ndjson" && options.output === undefined) {
      for await (const line of lines) await cli.out.write(`${line}\n`);
      return;
    }
    const { exportToFile, exportToFolder } = await import("../export-session.js");
    const output = resolve(cli.context.cwd, options.output ?? ".");
    const written = await (options.format === "folder" ? exportToFolder : exportToFile)(lines, sessionId, output);
    if (options.json) return await printJson(cli, { sessionId, ...written });
    cli.note(`Wrote ${numberOf(written.events, "event")} of '${sessionId}' to ${written.path}`);
  } finally {
    await source.close();
  }
}
