import type { Command } from "commander";
import type { Client } from "../../client/http-client.js";
import type { Approval } from "../../client/types.js";
import { AppError } from "../../core/errors.js";
import { didYouMean } from "../../core/nearest.js";
import { interruptible, printJson, type Cli } from "../cli.js";
import { addJsonOption, defaultServerUrl, serverUrl, type SourceOptions } from "../session-options.js";
import { formatTable, type Column } from "../table.js";
import { printable } from "../text.js";
import { age } from "../time.js";

interface AnswerOptions extends SourceOptions {
  reason?: string;
  json?: boolean;
}

const verbs = {
  allow: { name: "approve", done: "Allowed", description: "let an agent do what it asks permission for" },
  deny: { name: "deny", done: "Denied", description: "keep an agent from what it asks permission for" },
} as const;

/** `approve` and `deny`: answer an agent that asks for permission, from anywhere. */
export function registerApprove(program: Command, cli: Cli): void {
  for (const decision of ["allow", "deny"] as const) {
    const { name, description } = verbs[decision];
    addJsonOption(program.command(name))
      .description(description)
      .argument("[id]", "the request, or the session where it has just one; without it, what waits is listed")
      .option("--reason <text>", "why; an agent that is denied is told")
      .option("--url <url>", `the server (else SESSION_SERVICE_URL, else ${defaultServerUrl})`)
      .addHelpText("after", examples(name))
      .action((id: string | undefined, options: AnswerOptions) =>
        id === undefined ? list(cli, options) : answer(cli, decision, id, options),
      );
  }
}

function examples(name: string): string {
  return `
An agent asks the server where it was connected with --approvals. What nobody answers in time, the
agent asks where it runs.

Examples:
  claude-sessions ${name}                  what waits for an answer
  claude-sessions ${name} 5f2c9a01be77
  claude-sessions ${name} my-session --reason "not on a Friday"`;
}

async function open(cli: Cli, options: AnswerOptions): Promise<Client> {
  const { createClient } = await import("../../client/http-client.js");
  return createClient({ url: serverUrl(options, cli) });
}

async function list(cli: Cli, options: AnswerOptions): Promise<void> {
  const approvals = await interruptible(cli, async () => (await open(cli, options)).approvals());
  if (options.json) return printJson(cli, approvals);
  if (approvals.length === 0) {
    await cli.out.write("No agent waits for an answer.\n");
    return;
  }
  const columns = cli.context.isTTY.stdout ? cli.context.columns : Number.POSITIVE_INFINITY;
  await cli.out.write(formatTable(approvalColumns(cli.context.now()), approvals, columns, cli.paint));
}

async function answer(cli: Cli, decision: "allow" | "deny", id: string, options: AnswerOptions): Promise<void> {
  const decided = await interruptible(cli, async () => {
    const client = await open(cli, options);
    const approvals = await client.approvals();
    const approval = choose(approvals, id);
    const { seq } = await client
      .decide(approval?.approvalId ?? id, decision, options.reason)
      .catch((error: unknown) => {
        throw isUnknown(error) ? unknownRequest(decision, id, approvals, error) : error;
      });
    return { ...approval, approvalId: approval?.approvalId ?? id, decision, seq };
  });
  if (options.json) return printJson(cli, decided);
  const { tool, input } = decided;
  const what = tool === undefined ? "" : ` ${printable(`${tool} ${inputText(input ?? null)}`)}`;
  await cli.out.write(`${verbs[decision].done}${what}\n`);
}

/** By its id, the beginning of it, or its session; undefined where the server has to say what became of it. */
function choose(approvals: readonly Approval[], id: string): Approval | undefined {
  const meant = approvals.filter(({ approvalId, sessionId }) => approvalId.startsWith(id) || sessionId === id);
  if (meant.length <= 1) return meant[0];
  const ids = meant.map(({ approvalId, tool }) => `${approvalId} (${printable(tool)})`).join(", ");
  throw new AppError("usage", `'${id}' means ${meant.length} requests; name one of them: ${ids}.`);
}

function isUnknown(error: unknown): error is AppError {
  return error instanceof AppError && error.code === "approval_not_found";
}

/** What the server says names its own calls; this names the command that shows what waits. */
function unknownRequest(decision: "allow" | "deny", id: string, approvals: readonly Approval[], cause: AppError) {
  const meant = didYouMean(
    id,
    approvals.flatMap(({ approvalId, sessionId }) => [approvalId, sessionId]),
  );
  const message = `No agent waits for an answer to '${id}'.${meant} 'claude-sessions ${verbs[decision].name}' lists what waits.`;
  return new AppError("approval_not_found", message, { cause });
}

function approvalColumns(now: number): Column<Approval>[] {
  return [
    { header: "REQUEST", value: ({ approvalId }) => approvalId, color: () => "yellow" },
    { header: "SESSION", value: ({ sessionId }) => sessionId },
    { header: "TOOL", value: ({ tool }) => tool, color: () => "cyan" },
    { header: "WAITS", value: ({ requestedAt }) => requestedAt, show: ({ requestedAt }) => age(requestedAt, now) },
    { header: "INPUT", value: ({ input }) => inputText(input), flexible: true },
  ];
}

/** What a person has to see of an input: the command or the file where it has one. */
function inputText(input: Approval["input"]): string {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return JSON.stringify(input) ?? "";
  const { command, file_path: file, url } = input;
  const telling = [command, file, url].find((value) => typeof value === "string");
  return typeof telling === "string" ? telling : JSON.stringify(input);
}
