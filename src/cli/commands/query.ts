import { Option, type Command } from "commander";
import type { SessionStatus } from "../../core/metadata.js";
import { printJson, printRows, interruptible, type Cli } from "../cli.js";
import { plainSnippet, searchColumns, sessionColumns } from "../columns.js";
import { addJsonOption, addSourceOptions, openSource, wholeNumber, type SourceOptions } from "../session-options.js";
import type { SessionSource } from "../source.js";
import { parseTime } from "../time.js";
import { registerEvents } from "./events.js";
import { registerState } from "./state.js";

interface QueryOptions extends SourceOptions {
  json?: boolean;
  limit: number;
}

export function registerQuery(program: Command, cli: Cli): void {
  const query = program
    .command("query")
    .description("ask what sessions there are and what happened in them")
    .addHelpText(
      "after",
      `
Examples:
  claude-sessions query recent
  claude-sessions query sessions --user ada --status failed --json
  claude-sessions query events my-session --follow
  claude-sessions query stats --storage /var/claude-sessions`,
    );
  registerRecent(query, cli);
  registerActive(query, cli);
  registerStats(query, cli);
  registerSearch(query, cli);
  registerSessions(query, cli);
  registerEvents(query, cli);
  registerState(query, cli);
}

function subcommand(parent: Command, name: string, description: string, examples: string): Command {
  const command = addJsonOption(addSourceOptions(parent.command(name).description(description)));
  return command.addHelpText("after", `\nExamples:\n${examples}`);
}

function addLimit(command: Command, standard: number): Command {
  return command.addOption(
    new Option("-n, --limit <count>", "at most this many").argParser(wholeNumber(1)).default(standard),
  );
}

/** Answers from the source, with Ctrl-C ending it, and lets go of the source. */
async function answer<T>(cli: Cli, options: SourceOptions, ask: (source: SessionSource) => Promise<T>): Promise<T> {
  return interruptible(cli, async () => {
    const source = await openSource(options, cli);
    try {
      return await ask(source);
    } finally {
      await source.close();
    }
  });
}

function registerRecent(query: Command, cli: Cli): void {
  addLimit(
    subcommand(
      query,
      "recent",
      "the sessions that moved last",
      "  claude-sessions query recent\n  claude-sessions query recent --limit 3 --json",
    ),
    10,
  ).action(async (options: QueryOptions) => {
    const sessions = await answer(cli, options, (source) => source.recent(options.limit));
    if (options.json) return printJson(cli, sessions);
    await printRows(cli, sessionColumns(cli.context.now()), sessions, "There are no sessions yet.");
  });
}

function registerActive(query: Command, cli: Cli): void {
  addLimit(
    subcommand(
      query,
      "active",
      "the sessions that are not finalized",
      "  claude-sessions query active\n  claude-sessions query active | cut -f1",
    ),
    50,
  ).action(async (options: QueryOptions) => {
    const sessions = await answer(cli, options, (source) => source.active(options.limit));
    if (options.json) return printJson(cli, sessions);
    await printRows(cli, sessionColumns(cli.context.now()), sessions, "No session is active.");
  });
}

function registerStats(query: Command, cli: Cli): void {
  subcommand(
    query,
    "stats",
    "how many sessions there are",
    "  claude-sessions query stats\n  claude-sessions query stats --json | jq .active",
  ).action(async (options: QueryOptions) => {
    const stats = await answer(cli, options, (source) => source.stats());
    if (options.json) return printJson(cli, stats);
    const rows = Object.entries(stats).filter(([key]) => !repeatedStats.has(key));
    await printRows(
      cli,
      [
        { header: "SESSIONS", value: ([key]) => key },
        {
          header: "COUNT",
          value: ([, count]) => String(count),
          show: ([, count]) => count.toLocaleString("en"),
          align: "right",
        },
      ],
      rows,
      "",
    );
  });
}

/** Older names of the same figures. */
const repeatedStats = new Set(["activeSessions", "completedSessions"]);

interface SearchOptions extends QueryOptions {
  user?: string;
  type?: string;
  session?: string;
  since?: string;
  until?: string;
  cursor?: string;
}

function registerSearch(query: Command, cli: Cli): void {
  addLimit(
    subcommand(
      query,
      "search",
      "full text over actions, responses, goals and metadata, best match first",
      "  claude-sessions query search timeout\n  claude-sessions query search 'permission denied' --since 2h --type tool_call",
    ),
    20,
  )
    .argument("<text...>", "the words to find")
    .option("--user <id>", "only this user's sessions")
    .option("--session <id>", "only this session")
    .option("--type <type>", "only events, actions or responses of this type")
    .option("--since <time>", "not before: a date, or how long ago (2h, 3d)")
    .option("--until <time>", "not after")
    .option("--cursor <cursor>", "go on where the last page ended")
    .action(async (words: string[], options: SearchOptions) => {
      const now = cli.context.now();
      const time = (text?: string) => (text === undefined ? undefined : parseTime(text, now));
      const { user, type, session, limit, cursor } = options;
      const filter = { user, type, session, limit, cursor, since: time(options.since), until: time(options.until) };
      const found = await answer(cli, options, (source) => source.search({ q: words.join(" "), ...filter }));
      if (found.lag > 0) cli.note(`${found.lag} recent events are not searchable yet.`);
      if (options.json) return printJson(cli, found);
      await printRows(cli, searchColumns(now, plainSnippet), found.hits, "Nothing matches.");
      noteNext(cli, found.next);
    });
}

interface SessionsOptions extends QueryOptions {
  user?: string;
  status?: SessionStatus;
  tag?: string;
  parent?: string;
  cursor?: string;
}

function registerSessions(query: Command, cli: Cli): void {
  addLimit(
    subcommand(
      query,
      "sessions",
      "sessions by user, status, tag or parent, newest activity first",
      "  claude-sessions query sessions --user ada\n  claude-sessions query sessions --status failed --tag nightly --json",
    ),
    50,
  )
    .option("--user <id>", "only this user's")
    .addOption(
      new Option("--status <status>", "only with this status").choices(["active", "completed", "failed", "cancelled"]),
    )
    .option("--tag <tag>", "only with this tag")
    .option("--parent <id>", "only those that this session started")
    .option("--cursor <cursor>", "go on where the last page ended")
    .action(async (options: SessionsOptions) => {
      const { user, status, tag, parent, limit, cursor } = options;
      const page = await answer(cli, options, (source) =>
        source.sessions({ user, status, tag, parent, limit, cursor }),
      );
      if (options.json) return printJson(cli, page);
      await printRows(cli, sessionColumns(cli.context.now()), page.sessions, "No session matches.");
      noteNext(cli, page.next);
    });
}

function noteNext(cli: Cli, next: string | null): void {
  if (next !== null) cli.note(`There are more: --cursor ${next}`);
}
