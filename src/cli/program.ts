import { Command } from "commander";
import type { Cli } from "./cli.js";
import { registerApprove } from "./commands/approve.js";
import { registerCompletion } from "./commands/completion.js";
import { registerConnect } from "./commands/connect.js";
import { registerDelete } from "./commands/delete.js";
import { registerDisconnect } from "./commands/disconnect.js";
import { registerDoctor } from "./commands/doctor.js";
import { registerE2e } from "./commands/e2e.js";
import { registerExport } from "./commands/export.js";
import { registerHealth } from "./commands/health.js";
import { registerHook } from "./commands/hook.js";
import { registerImport } from "./commands/import.js";
import { registerQuery } from "./commands/query.js";
import { registerReindex } from "./commands/reindex.js";
import { registerRepair } from "./commands/repair.js";
import { registerServe } from "./commands/serve.js";
import { registerVerify } from "./commands/verify.js";
import { registerWatch } from "./commands/watch.js";
import { version } from "./version.js";

/** The command tree. A command that ends with another code than 0 without failing tells `setExitCode`. */
export function createProgram(cli: Cli, setExitCode: (code: number) => void): Command {
  const { stdout, stderr, columns } = cli.context;
  const program = new Command("claude-sessions")
    .description("A durable session store for AI agents: every event safe on disk before it is acknowledged.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help on a command")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      outputError: () => {},
      getOutHelpWidth: () => columns,
      getErrHelpWidth: () => columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  registerServe(program, cli);
  registerWatch(program, cli, setExitCode);
  registerQuery(program, cli);
  registerConnect(program, cli, setExitCode);
  registerDisconnect(program, cli);
  registerDoctor(program, cli, setExitCode);
  registerHealth(program, cli, setExitCode);
  registerHook(program, cli);
  registerApprove(program, cli);
  registerE2e(program, cli, setExitCode);
  registerExport(program, cli);
  registerImport(program, cli);
  registerDelete(program, cli, setExitCode);
  registerVerify(program, cli, setExitCode);
  registerRepair(program, cli);
  registerReindex(program, cli);
  registerCompletion(program, cli);
  return program.addHelpText(
    "after",
    `
Examples:
  claude-sessions serve                             start the server on http://localhost:9000
  claude-sessions watch                             look on live, all sessions or one
  claude-sessions query recent                      the sessions that moved last
  claude-sessions query events my-session --follow  watch a session's events as they come
  claude-sessions query search "timeout" --json     full text over all events, for scripts

Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 no server, 130 interrupted`,
  );
}
