import type { Command } from "commander";
import type { Cli } from "../cli.js";

/** Only its help: the launcher runs the hook itself, with nothing else loaded. */
export function registerHook(program: Command, { context }: Cli): void {
  program
    .command("hook")
    .argument("<agent>", "the agent whose hook it is: claude-code, codex or gemini")
    .argument("[input]", "the hook's input, where the agent gives it as an argument (else stdin)")
    .option("--url <url>", "the server (else SESSION_SERVICE_URL)")
    .option("--wait <seconds>", "wait so long for a person to answer a permission request, and print what is decided")
    .description("hand one hook input of an agent to the server; what agents run")
    .addHelpText(
      "after",
      `
It ends with 0 whatever happens, prints nothing but a decision of the server, and takes 1.5 s at the
most; only with --wait, and where the server is there, it waits for a person. Where the server is
away, the input is kept in CLAUDE_SESSIONS_SPOOL (else a folder of this user's in the temporary one)
and sent by a later call.

Examples:
  echo '{"session_id":"demo","hook_event_name":"Stop"}' | claude-sessions hook claude-code`,
    )
    .action(() => context.exit(0));
}
