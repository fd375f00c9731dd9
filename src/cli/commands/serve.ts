import { Option, type Command } from "commander";
import { printJson, printRows, type Cli } from "../cli.js";
import { addJsonOption } from "../session-options.js";
import type { Flags, ResolvedSettings, ServeSettings } from "../serve-settings.js";

const attributes = {
  host: "host",
  port: "port",
  dashboardPort: "dashboardPort",
  storage: "storage",
  durability: "durability",
  implicitSessions: "implicitSessions",
  allowOrigins: "allowOrigin",
  maxBody: "maxBody",
  logLevel: "logLevel",
  logFormat: "logFormat",
} as const satisfies Record<keyof ServeSettings, string>;

export function registerServe(program: Command, cli: Cli): void {
  addJsonOption(program.command("serve"))
    .description("start the server")
    .option("--host <address>", "listen there; 0.0.0.0 lets containers and other machines in (default: 127.0.0.1)")
    .option("--port <number>", "listen on this port; 0 for any free one (default: 9000)")
    .option("--dashboard-port <number>", "show the dashboard there as well; none for not (default: 3000)")
    .option("--storage <dir>", "keep sessions there (default: /var/claude-sessions where that can be written)")
    .addOption(new Option("--durability <mode>", "strict: answer once it is on disk; relaxed: a moment before"))
    .option("--no-implicit-sessions", "refuse writes to sessions that were not created")
    .option("--allow-origin <origin>", "let pages of this origin in; repeatable", collect)
    .option("--max-body <size>", "the largest request, such as 16mb")
    .option("--log-level <level>", "trace, debug, info, warn, error or silent")
    .option("--log-format <format>", "auto, human or json")
    .option("--config <file>", "read settings from this file (default: ~/.config/claude-sessions/config.json)")
    .option("--print-config", "print every setting and where it came from, and end")
    .addHelpText(
      "after",
      `
Every option is also an environment variable (CLAUDE_SESSIONS_PORT, …; PORT, STORAGE_PATH and
SESSIONS_DIR are known too) and a key of the config file ("port", "allowOrigins", …).
A flag is stronger than a variable, and that than the file.

Examples:
  claude-sessions serve
  claude-sessions serve --host 0.0.0.0 --port 9100 --storage ./sessions
  claude-sessions serve --allow-origin https://dashboard.example.org
  PORT=9100 claude-sessions serve --print-config`,
    )
    .action(async (options: { config?: string; printConfig?: boolean; json?: boolean }, command: Command) => {
      const { readConfigFile } = await import("../config-file.js");
      const { misspeltVariables, resolveSettings, settingKeys } = await import("../serve-settings.js");
      const file = readConfigFile(options.config, settingKeys, cli.context);
      const resolved = resolveSettings(flagsOf(command), file, cli.context);
      for (const warning of misspeltVariables(cli.context.env)) cli.note(warning);
      if (options.printConfig) return printSettings(cli, resolved, options.json === true);
      const { serve } = await import("../serve.js");
      await serve(cli, valuesOf(resolved));
    });
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

/** What was given as a flag; what commander fills in does not count. */
function flagsOf(command: Command): Flags {
  const given = Object.entries(attributes).filter(([, attribute]) => command.getOptionValueSource(attribute) === "cli");
  return Object.fromEntries(given.map(([key, attribute]) => [key, command.getOptionValue(attribute) as unknown]));
}

function valuesOf(resolved: ResolvedSettings): ServeSettings {
  const values = Object.entries(resolved).map(([key, { value }]) => [key, value]);
  return Object.fromEntries(values) as ServeSettings;
}

async function printSettings(cli: Cli, resolved: ResolvedSettings, json: boolean): Promise<void> {
  if (json) return printJson(cli, resolved);
  const text = (value: unknown) => (Array.isArray(value) ? value.join(",") : String(value));
  await printRows(
    cli,
    [
      { header: "SETTING", value: ([key]) => key },
      { header: "VALUE", value: ([, { value }]) => text(value), flexible: true },
      { header: "FROM", value: ([, { source }]) => source, color: () => "dim" },
    ],
    Object.entries(resolved),
    "",
  );
}
