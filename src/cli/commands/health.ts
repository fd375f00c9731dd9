import type { Command } from "commander";
import type { Health } from "../../client/types.js";
import { toAppError } from "../../core/errors.js";
import { printJson, type Cli } from "../cli.js";
import { addJsonOption, defaultServerUrl, serverUrl, type SourceOptions } from "../session-options.js";
import { printable } from "../text.js";

const answerMs = 4_000;

/** For the health checks of containers, which know 0 and 1 and no other exit code. */
export function registerHealth(program: Command, cli: Cli, setExitCode: (code: number) => void): void {
  const command = program
    .command("health")
    .description("ask a server whether it is well: ends with 0 where it takes writes, with 1 where not")
    .option("--url <url>", `the server (else SESSION_SERVICE_URL, else ${defaultServerUrl})`);
  addJsonOption(command)
    .addHelpText(
      "after",
      `
Examples:
  claude-sessions health
  claude-sessions health --url http://localhost:9100 --json`,
    )
    .action(async (flags: SourceOptions & { json?: boolean }) => {
      const answer = await ask(serverUrl(flags, cli));
      const isWell = "status" in answer && answer.status === "ok" && answer.writable;
      if (!isWell) setExitCode(1);
      if (flags.json) await printJson(cli, answer);
      else if (isWell) await cli.out.write("ok\n");
      else cli.note(printable(reasonOf(answer)));
    });
}

type Answer = Health | { status: "unreachable"; writable: false; reason: string };

/** @throws AppError `usage` where the URL is none */
async function ask(url: string): Promise<Answer> {
  const { createClient } = await import("../../client/http-client.js");
  const { nodeFetch } = await import("../node-fetch.js");
  const client = createClient({ url, fetch: nodeFetch, timeoutMs: answerMs });
  try {
    return await client.health();
  } catch (error) {
    return { status: "unreachable", writable: false, reason: toAppError(error).message };
  }
}

function reasonOf({ reason, writable }: Answer): string {
  return reason ?? (writable ? "The server is not well; its log says why." : "The server takes no writes.");
}
