import { Option, type Command } from "commander";
import { eventRow, eventTsv } from "../event-line.js";
import { interruptible, printJsonLine, type Cli } from "../cli.js";
import type { LiveStatus } from "../../client/live-types.js";
import type { SessionEvent } from "../../core/event.js";
import { AppError } from "../../core/errors.js";
import {
  addJsonOption,
  addSourceOptions,
  checkedSessionId,
  commaSeparated,
  openSource,
  wholeNumber,
  type SourceOptions,
} from "../session-options.js";
import type { SessionSource } from "../source.js";

interface EventsOptions extends SourceOptions {
  after?: number;
  limit?: number;
  types?: string[];
  follow?: boolean;
  json?: boolean;
}

const standardLimit = 100;
/** As many as `tail -f` shows before it waits. */
const followedLimit = 10;

export function registerEvents(query: Command, cli: Cli): void {
  addJsonOption(addSourceOptions(query.command("events")))
    .description("what happened in a session, in order; --follow goes on as it happens")
    .argument("<id>", "the session")
    .addOption(new Option("--after <seq>", "only events behind this seq, from the oldest").argParser(wholeNumber(0)))
    .addOption(
      new Option(
        "-n, --limit <count>",
        `at most this many (default: ${standardLimit}; with --follow the newest ${followedLimit} first)`,
      ).argParser(wholeNumber(1)),
    )
    .addOption(
      new Option("--types <types>", "only these event types, with commas between them").argParser(commaSeparated),
    )
    .option("-f, --follow", "go on with what comes, also across restarts of the server")
    .addHelpText(
      "after",
      `
Without --after: the newest. JSON is one event a line. 'claude-sessions export' has the whole log.

Examples:
  claude-sessions query events my-session
  claude-sessions query events my-session --follow --types action,goal_updated
  claude-sessions query events my-session --after 0 --json | jq .data
  claude-sessions query events my-session --follow --storage /var/claude-sessions`,
    )
    .action(async (id: string, options: EventsOptions) => {
      const sessionId = await checkedSessionId(id);
      const types = await checkedTypes(options.types);
      await interruptible(cli, async (signal) => {
        const source = await openSource(options, cli);
        try {
          await (options.follow ? follow : printPage)(cli, source, sessionId, { ...options, types }, signal);
        } finally {
          await source.close();
        }
      });
    });
}

async function checkedTypes(types: string[] | undefined): Promise<string[] | undefined> {
  if (types === undefined) return undefined;
  const { eventTypes } = await import("../../core/event.js");
  const unknown = types.find((type) => !eventTypes.some((known) => known === type));
  if (unknown === undefined) return types;
  throw new AppError("usage", `'${unknown}' is not an event type. There are ${eventTypes.join(", ")}.`);
}

async function printPage(cli: Cli, source: SessionSource, sessionId: string, options: EventsOptions): Promise<void> {
  const { after, limit = standardLimit, types } = options;
  const lines = await source.events(sessionId, { after, limit, types });
  for (const line of lines) await printEvent(cli, line, options);
  const last = lines.at(-1);
  if (after !== undefined && lines.length === limit && last !== undefined) {
    cli.note(`There may be more: --after ${(JSON.parse(last) as SessionEvent).seq}`);
  }
}

/** Prints what is there (behind `after`, or the newest), then everything behind it as it comes. */
async function follow(
  cli: Cli,
  source: SessionSource,
  sessionId: string,
  options: EventsOptions,
  signal: AbortSignal,
): Promise<void> {
  const { after, limit = followedLimit, types } = options;
  const head = await source.head(sessionId);
  const earlier = after === undefined ? await source.events(sessionId, { limit, types }) : [];
  for (const line of earlier) {
    if ((JSON.parse(line) as SessionEvent).seq <= head) await printEvent(cli, line, options);
  }
  const onStatus = options.json ? undefined : statusNotes(cli);
  for await (const line of source.follow(sessionId, after ?? head, { signal, onStatus })) {
    if (types === undefined || types.includes((JSON.parse(line) as SessionEvent).type))
      await printEvent(cli, line, options);
  }
}

async function printEvent(cli: Cli, line: string, { json }: EventsOptions): Promise<void> {
  if (json) return printJsonLine(cli, line);
  const event = JSON.parse(line) as SessionEvent;
  const { isTTY, columns } = cli.context;
  await cli.out.write(isTTY.stdout ? eventRow(event, columns, cli.paint) : eventTsv(event));
}

/** Tells once that the server went away, and once that it is back. */
function statusNotes(cli: Cli): (status: LiveStatus) => void {
  let lost = false;
  return (status) => {
    if (status.state === "waiting" && !lost) {
      lost = true;
      cli.note(`Lost the server (${status.reason}); trying again until it is back.`);
    } else if (status.state === "live" && lost) {
      lost = false;
      cli.note("Back; nothing was missed.");
    }
  };
}
