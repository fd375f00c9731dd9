import type { Command } from "commander";
import { AppError } from "../../core/errors.js";
import { printJson, type Cli } from "../cli.js";
import type { ConnectFlags } from "../connect/options.js";
import type { FileChange } from "../connect/settings-file.js";
import { addJsonOption } from "../session-options.js";
import { printable } from "../text.js";

export function registerDisconnect(program: Command, cli: Cli): void {
  const command = program
    .command("disconnect")
    .argument("<agent>", "claude-code, codex or gemini")
    .description("take out of an agent's settings what connect put in")
    .option("--managed", "the settings of the whole machine or image (Claude Code)")
    .option("--project", "the settings of the project in this folder (Claude Code, Gemini CLI)")
    .option("--root <dir>", "look below this folder: the image that is being built")
    .option("--print", "show what would be left, and write nothing");
  addJsonOption(command)
    .addHelpText(
      "after",
      `
Settings that nobody changed since are to the byte what they were before; from others only what is
ours is taken.

Examples:
  claude-sessions disconnect claude-code
  claude-sessions disconnect codex --print`,
    )
    .action((name: string, flags: ConnectFlags & { print?: boolean }) => disconnect(cli, name, flags));
}

async function disconnect(cli: Cli, given: string, flags: ConnectFlags & { print?: boolean }): Promise<void> {
  const { asAgentName, connectOptions, shownPath } = await import("../connect/options.js");
  const { agents, connectionOf, isProgramUsed } = await import("../connect/agents.js");
  const { removeProgram, undoConnection } = await import("../connect/apply.js");
  if (given === "otel") {
    throw new AppError("usage", "Nothing was written for otel: unset the OTEL_ variables where you set them.");
  }
  const name = asAgentName(given);
  const options = connectOptions(flags, cli);
  const connection = connectionOf(name, options, cli.context);
  const changes = undoConnection(connection, !flags.print);
  if (!flags.print && !isProgramUsed(connection, options, cli.context)) {
    const removed = removeProgram(connection);
    if (removed) changes.push(removed);
  }
  if (flags.json) return printJson(cli, { agent: name, files: changes.map(({ path, action }) => ({ path, action })) });
  const path = (text: string) => printable(shownPath(text, cli.context.home));
  const wasConnected = changes.some(({ action }) => action !== "unchanged");
  const lines = wasConnected
    ? [`${agents[name].title} is no longer connected.`, ...changes.map((change) => line(change, path(change.path)))]
    : [`${agents[name].title} was not connected; nothing was changed.`];
  await cli.out.write(`${lines.join("\n")}\n`);
}

function line({ action, after }: FileChange, path: string): string {
  const what = action === "restored" && after !== undefined ? "as it was" : "";
  return `  ${action.padEnd(10)}${path}${what === "" ? "" : `  (${what})`}`;
}
