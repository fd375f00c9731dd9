import type { Command } from "commander";
import { AppError } from "../../core/errors.js";
import { printJson, type Cli } from "../cli.js";
import type { Connection, ConnectOptions, AgentName } from "../connect/agents.js";
import type { ConnectFlags } from "../connect/options.js";
import type { SelfTest } from "../connect/self-test.js";
import type { FileChange } from "../connect/settings-file.js";
import { asTyped } from "../own-command.js";
import { addJsonOption, defaultServerUrl } from "../session-options.js";
import { printable } from "../text.js";

interface Flags extends ConnectFlags {
  print?: boolean;
  test: boolean;
  session?: string;
}

export function registerConnect(program: Command, cli: Cli, setExitCode: (code: number) => void): void {
  const command = program
    .command("connect")
    .argument("<agent>", "claude-code, codex, gemini, or otel for anything with OpenTelemetry")
    .description("let an agent on this machine tell the server what it does")
    .option("--url <url>", `the server (else SESSION_SERVICE_URL, else ${defaultServerUrl})`)
    .option("--managed", "the settings of the whole machine or image, which no user can turn off (Claude Code)")
    .option("--project", "the settings of the project in this folder (Claude Code, Gemini CLI)")
    .option("--root <dir>", "write below this folder: the image that is being built")
    .option("--http", "HTTP hooks where the agent has them: no program to start, but it waits for a server that hangs")
    .option("--approvals [seconds]", "let a person answer permission requests from anywhere, for so long (Claude Code)")
    .option("--print", "show what would be written, and write nothing")
    .option("--session <id>", "otel: the session that everything belongs to")
    .option("--no-test", "do not try the connection out");
  addJsonOption(command)
    .addHelpText(
      "after",
      `
Settings are added to, a backup is made beside them, and running it again changes nothing.
'claude-sessions disconnect <agent>' takes it back. Where no server answers when it is tried out,
the settings stay written and the exit code is 3; with --no-test it is 0.

Examples:
  claude-sessions connect claude-code
  claude-sessions connect claude-code --approvals       answer its permission requests from anywhere
  claude-sessions connect claude-code --managed --no-test                in a Dockerfile, with --url
  claude-sessions connect codex --print
  eval "$(claude-sessions connect otel)"                                 then start your own agent`,
    )
    .action(async (name: string, flags: Flags) => {
      if (name === "otel") return printOtel(cli, flags);
      const code = await connect(cli, name, flags);
      if (code !== 0) setExitCode(code);
    });
}

const settingsOptions = ["managed", "project", "root", "http", "approvals"] as const;

async function printOtel(cli: Cli, flags: Flags): Promise<void> {
  const foreign = settingsOptions.find((option) => flags[option] !== undefined);
  if (foreign !== undefined) {
    throw new AppError("usage", `otel writes no settings, it prints an environment; leave --${foreign} out.`);
  }
  const { connectOptions } = await import("../connect/options.js");
  const { asExports, otelEnvironment } = await import("../connect/otel.js");
  const { checkedSessionId } = await import("../session-options.js");
  const session = flags.session === undefined ? undefined : await checkedSessionId(flags.session);
  const environment = otelEnvironment(connectOptions(flags, cli).url, session);
  if (flags.json) return printJson(cli, environment);
  await cli.out.write(asExports(environment, session === undefined));
}

async function connect(cli: Cli, given: string, flags: Flags): Promise<number> {
  const { asAgentName, connectOptions } = await import("../connect/options.js");
  const { agents, connectionOf } = await import("../connect/agents.js");
  const { applyConnection } = await import("../connect/apply.js");
  const name = asAgentName(given, ["otel"]);
  const { title } = agents[name];
  if (flags.session !== undefined)
    throw new AppError("usage", `${title} names its sessions itself; leave --session out.`);
  if (flags.http && name !== "claude-code")
    throw new AppError("usage", `${title} has no HTTP hooks; leave --http out.`);
  const options = connectOptions(flags, cli);
  const connection = connectionOf(name, options, cli.context);
  const changes = applyConnection(connection, !flags.print);
  if (flags.print) return printTexts(cli, flags, changes);
  const test = flags.test && options.root === "" ? await runTest(cli, name, options, connection) : undefined;
  if (flags.json)
    await printJson(cli, { agent: name, url: options.url, files: changes.map(summary), notes: connection.notes, test });
  else await tell(cli, name, options, connection, changes, test);
  return test === undefined ? 0 : exitCodes[test.outcome];
}

const exitCodes = { passed: 0, failed: 1, no_server: 3 } as const satisfies Record<SelfTest["outcome"], number>;

async function runTest(cli: Cli, name: AgentName, { url }: ConnectOptions, { words }: Connection): Promise<SelfTest> {
  const { selfTest } = await import("../connect/self-test.js");
  return selfTest(name, url, words, cli.context);
}

function summary({ path, action, backup, taken }: FileChange) {
  return { path, action, backup, taken };
}

async function printTexts(cli: Cli, { json }: Flags, changes: readonly FileChange[]): Promise<number> {
  if (json) {
    await printJson(cli, { files: changes.map(({ path, action, after }) => ({ path, action, text: after })) });
    return 0;
  }
  for (const { path, after = "" } of changes) {
    await cli.out.write(`${cli.paint("bold", `# ${path}`)}\n${after}${after.endsWith("\n") ? "" : "\n"}\n`);
  }
  return 0;
}

async function tell(
  cli: Cli,
  name: AgentName,
  { url }: ConnectOptions,
  { notes }: Connection,
  changes: readonly FileChange[],
  test: SelfTest | undefined,
): Promise<void> {
  const { agents } = await import("../connect/agents.js");
  const { shownPath } = await import("../connect/options.js");
  const { title } = agents[name];
  const path = (text: string) => printable(shownPath(text, cli.context.home));
  const isNew = changes.some(({ action }) => action !== "unchanged");
  const what = test?.outcome === "passed" ? "connected to" : "set up for";
  const { env } = cli.context;
  const lines = [
    `${title} ${isNew ? "is now" : "was already"} ${what} ${printable(url)}.`,
    ...changes.map(({ path: file, action, backup }) => {
      return `  ${action.padEnd(10)}${path(file)}${backup === undefined ? "" : `\n            what it held before: ${path(backup)}`}`;
    }),
    ...changes.flatMap(({ path: file, taken }) => (taken === undefined ? [] : [takenNote(path(file), taken)])),
    ...notes.map((note) => asTyped(note, env)),
    asTyped(testLine(test), env),
  ];
  await cli.out.write(`${lines.filter((line) => line !== "").join("\n")}\n`);
}

function takenNote(file: string, setting: string): string {
  return `${file} has a '${printable(setting)}' of yours, which stays; what it would have told of tokens and cost is left out.`;
}

function testLine(test: SelfTest | undefined): string {
  if (test === undefined) return "";
  if (test.outcome === "passed") {
    return `Tried out: a hook input reached the server and was read back as event ${test.seq} after ${test.milliseconds} ms; its session is removed again.`;
  }
  if (test.outcome === "failed") return `The connection was tried out and does not work: ${printable(test.message)}`;
  return `${printable(test.message)}\nUntil then, what the agent tells is kept, and sent when the server is back.`;
}
