import type { Command } from "commander";
import type { Client } from "../../client/http-client.js";
import { AppError } from "../../core/errors.js";
import type { Metadata } from "../../core/metadata.js";
import { numberOf } from "../../core/number-of.js";
import { interruptible, printJsonLine, type Cli } from "../cli.js";
import { isTerminal } from "../context.js";
import {
  addJsonOption,
  checkedSessionId,
  defaultServerUrl,
  serverUrl,
  type SourceOptions,
} from "../session-options.js";

interface DeleteOptions extends SourceOptions {
  yes?: boolean;
  json?: boolean;
}

export function registerDelete(program: Command, cli: Cli, setExitCode: (code: number) => void): void {
  addJsonOption(program.command("delete"))
    .description("delete sessions with everything that is stored of them")
    .argument("<id...>", "the sessions")
    .option("--url <url>", `the server (else SESSION_SERVICE_URL, else ${defaultServerUrl})`)
    .option("--yes", "do not ask, for scripts")
    .addHelpText(
      "after",
      `
Nothing brings a deleted session back; 'claude-sessions export <id>' keeps a copy. Where one of the
sessions is not there, none is deleted. JSON is one session a line.

Examples:
  claude-sessions delete my-session
  claude-sessions delete old-1 old-2 --yes
  claude-sessions query sessions --user ann | cut -f1 | xargs claude-sessions delete --yes`,
    )
    .action((ids: string[], options: DeleteOptions) =>
      interruptible(cli, async (signal) => {
        if (!(await deleteSessions(cli, [...new Set(ids)], options, signal))) setExitCode(1);
      }),
    );
}

/** False where the person thought better of it. */
async function deleteSessions(cli: Cli, ids: string[], options: DeleteOptions, signal: AbortSignal): Promise<boolean> {
  for (const id of ids) await checkedSessionId(id);
  if (!options.yes && !isAttended(cli)) {
    throw new AppError("usage", "There is no terminal to ask on: give --yes to delete without a question.");
  }
  const { createClient } = await import("../../client/http-client.js");
  const { nodeFetch } = await import("../node-fetch.js");
  const client = createClient({ url: serverUrl(options, cli), fetch: nodeFetch });
  const sessions: Metadata[] = [];
  for (const id of ids) sessions.push(await metadataOf(client, id));
  if (!options.yes) {
    const { confirm } = await import("../confirm.js");
    if (!(await confirm(cli, question(sessions), signal))) {
      cli.note("Nothing was deleted.");
      return false;
    }
  }
  for (const { sessionId, eventCount } of sessions) {
    signal.throwIfAborted();
    await client.deleteSession(sessionId);
    if (options.json) await printJsonLine(cli, JSON.stringify({ sessionId, eventCount }));
    else await cli.out.write(`Deleted ${sessionId} with ${numberOf(eventCount, "event")}.\n`);
  }
  return true;
}

function isAttended({ context }: Cli): boolean {
  return isTerminal(context.stdin) && context.isTTY.stderr;
}

async function metadataOf(client: Client, sessionId: string): Promise<Metadata> {
  const { metadata } = await client.getSession(sessionId, { limit: 1 });
  return metadata;
}

function question(sessions: readonly Metadata[]): string {
  const [first] = sessions;
  const what = sessions.length === 1 ? first!.sessionId : numberOf(sessions.length, "session");
  const events = sessions.reduce((sum, { eventCount }) => sum + eventCount, 0);
  const active = sessions.filter(({ status }) => status === "active").length;
  const going = active === 0 ? "" : sessions.length === 1 ? ", still active" : `, ${active} still active`;
  return `Delete ${what} (${numberOf(events, "event")}${going})?`;
}
