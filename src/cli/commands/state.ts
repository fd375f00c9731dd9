import { Option, type Command } from "commander";
import { interruptible, printJson, type Cli } from "../cli.js";
import { agentColumns, goalColumns } from "../columns.js";
import { protectedStateKeys, type State } from "../../core/state.js";
import {
  addJsonOption,
  addSourceOptions,
  checkedSessionId,
  openSource,
  wholeNumber,
  type SourceOptions,
} from "../session-options.js";
import { formatTable } from "../table.js";
import { pad, printable } from "../text.js";

interface StateOptions extends SourceOptions {
  at?: number;
  json?: boolean;
}

export function registerState(query: Command, cli: Cli): void {
  addJsonOption(addSourceOptions(query.command("state")))
    .description("what a session is doing: phase, goals, agents; --at looks back")
    .argument("<id>", "the session")
    .addOption(new Option("--at <seq>", "as it was after that many events").argParser(wholeNumber(0)))
    .addHelpText(
      "after",
      `
Examples:
  claude-sessions query state my-session
  claude-sessions query state my-session --at 12 --json | jq .goals`,
    )
    .action(async (id: string, options: StateOptions) => {
      const sessionId = await checkedSessionId(id);
      const state = await interruptible(cli, async () => {
        const source = await openSource(options, cli);
        try {
          return await source.state(sessionId, options.at);
        } finally {
          await source.close();
        }
      });
      if (options.json) return printJson(cli, state);
      await cli.out.write(formatState(state, cli));
    });
}

function formatState(state: State, { paint, context }: Cli): string {
  const facts = Object.entries(state).filter(([key]) => key === "seq" || key === "version" || !isProtected(key));
  const width = Math.max(...facts.map(([key]) => key.length));
  const lines = facts.map(([key, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return `${paint("dim", pad(printable(key), width))}  ${printable(text)}\n`;
  });
  const columns = context.isTTY.stdout ? context.columns : Number.POSITIVE_INFINITY;
  const goals = state.goals.length > 0 ? `\n${formatTable(goalColumns, state.goals, columns, paint)}` : "";
  const agents = state.agents.length > 0 ? `\n${formatTable(agentColumns, state.agents, columns, paint)}` : "";
  return `${paint("bold", printable(state.sessionId))}\n${lines.join("")}${goals}${agents}`;
}

function isProtected(key: string): boolean {
  return protectedStateKeys.some((each) => each === key);
}
