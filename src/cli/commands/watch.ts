import { Option, type Command } from "commander";
import { AppError } from "../../core/errors.js";
import type { ViewSource } from "../../view/source.js";
import { interruptible, type Cli } from "../cli.js";
import { isTerminal } from "../context.js";
import {
  addJsonOption,
  addSourceOptions,
  checkedSessionId,
  commaSeparated,
  serverUrl,
  type SourceOptions,
} from "../session-options.js";
import { parseTime } from "../time.js";
import { openViewSource } from "../view-source.js";

interface WatchOptions extends SourceOptions {
  plain?: boolean;
  json?: boolean;
  types?: string[];
  since?: string;
  exitOn?: "finalize";
}

export function registerWatch(program: Command, cli: Cli, setExitCode: (code: number) => void): void {
  addJsonOption(addSourceOptions(program.command("watch")))
    .description("look on live: all sessions, or one; a dashboard on a terminal, a line per event in a pipe")
    .argument("[id]", "the session; without it, all of them")
    .option("--plain", "a line per event, also on a terminal")
    .addOption(
      new Option("--types <types>", "only events or records of these types, with commas between them").argParser(
        commaSeparated,
      ),
    )
    .option("--since <time>", "begin there: a date, or how long ago (90s, 2h)")
    .addOption(
      new Option(
        "--exit-on <event>",
        "end with the session: exit code 0 where it completed, 1 where it did not",
      ).choices(["finalize"]),
    )
    .addHelpText(
      "after",
      `
On a terminal, ? shows the keys. With --json, --types, --since or --exit-on it prints a line per event.
A connection that is lost is made again, and nothing is missed or told twice.

Examples:
  claude-sessions watch
  claude-sessions watch my-session
  claude-sessions watch my-session --exit-on finalize
  claude-sessions watch --types user_prompt,wait_started --since 1h
  claude-sessions watch --json | jq .sessionId
  claude-sessions watch --storage /var/claude-sessions`,
    )
    .action(async (id: string | undefined, options: WatchOptions) => {
      const sessionId = id === undefined ? undefined : await checkedSessionId(id);
      if (isPlain(options, cli)) setExitCode(await watchPlain(cli, sessionId, options));
      else setExitCode(await watchDashboard(cli, sessionId, options));
    });
}

/** The dashboard needs a terminal to draw on and keys to listen to. */
function isPlain({ plain, json, types, since, exitOn }: WatchOptions, { context }: Cli): boolean {
  if (plain || json || types || since !== undefined || exitOn) return true;
  return !context.isTTY.stdout || !isTerminal(context.stdin) || context.env["TERM"] === "dumb";
}

async function watchPlain(cli: Cli, sessionId: string | undefined, options: WatchOptions): Promise<number> {
  const { json = false, types, exitOn } = options;
  if (exitOn && sessionId === undefined) {
    throw new AppError("usage", "--exit-on needs a session to wait for: claude-sessions watch <id> --exit-on finalize");
  }
  const since = options.since === undefined ? undefined : Date.parse(parseTime(options.since, cli.context.now()));
  const wanted = { json, types, since, exitOnFinalize: exitOn === "finalize" };
  const { watchAll, watchSession } = await import("../watch-plain.js");
  return withSource(cli, options, (source) =>
    interruptible(cli, (signal) =>
      sessionId === undefined
        ? watchAll(cli, source, { ...wanted, signal })
        : watchSession(cli, source, sessionId, { ...wanted, signal }),
    ),
  );
}

async function watchDashboard(cli: Cli, sessionId: string | undefined, options: WatchOptions): Promise<number> {
  const { startDashboard } = await import("../../tui/start.js");
  const place = options.storage ?? serverUrl(options, cli);
  return startDashboard({ context: cli.context, place, openSource: () => openViewSource(options, cli), sessionId });
}

async function withSource<T>(cli: Cli, options: WatchOptions, use: (source: ViewSource) => Promise<T>): Promise<T> {
  const source = await openViewSource(options, cli);
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}
