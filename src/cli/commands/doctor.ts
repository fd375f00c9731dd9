import type { Command } from "commander";
import { interruptible, printJson, type Cli } from "../cli.js";
import type { Color } from "../colors.js";
import type { Finding } from "../connect/findings.js";
import { asTyped } from "../own-command.js";
import { addJsonOption, defaultServerUrl } from "../session-options.js";
import { printable } from "../text.js";
import { version } from "../version.js";

interface Flags {
  url?: string;
  flush?: boolean;
  json?: boolean;
}

export function registerDoctor(program: Command, cli: Cli, setExitCode: (code: number) => void): void {
  const command = program
    .command("doctor")
    .description("look for what keeps agents' sessions from arriving, and say what mends it")
    .option("--url <url>", `the server (else SESSION_SERVICE_URL, else ${defaultServerUrl})`)
    .option("--flush", "first send what waits in this user's spool");
  addJsonOption(command)
    .addHelpText(
      "after",
      `
Ends with 1 where something is wrong.

Examples:
  claude-sessions doctor
  claude-sessions doctor --flush
  claude-sessions doctor --json | jq '.findings[] | select(.status == "problem")'`,
    )
    .action((flags: Flags) =>
      interruptible(cli, async () => {
        const findings = await examine(cli, flags);
        if (findings.some(({ status }) => status === "problem")) setExitCode(1);
        if (flags.json) await printJson(cli, { version, node: process.versions.node, findings });
        else await cli.out.write(findings.map((finding) => lineOf(cli, finding)).join(""));
      }),
    );
}

async function examine(cli: Cli, flags: Flags): Promise<Finding[]> {
  const { connectOptions } = await import("../connect/options.js");
  const { checkAgents } = await import("../connect/check-agents.js");
  const { checkServer } = await import("../connect/check-server.js");
  const { checkSpool } = await import("../connect/check-spool.js");
  const { ok } = await import("../connect/findings.js");
  const options = connectOptions({ url: flags.url }, cli);
  const to = options.url === connectOptions({}, cli).url ? "" : ` --url ${options.url}`;
  const flushed = flags.flush ? await flush(cli, flags.url === undefined ? undefined : options.url) : [];
  const [server, agents] = await Promise.all([
    checkServer(options.url, cli.context.now),
    checkAgents(options, cli.context, to),
  ]);
  const here = ok("version", `claude-sessions ${version} on Node ${process.versions.node}.`);
  return [here, ...server, ...agents, ...flushed, ...checkSpool(cli.context)];
}

/** Two minutes, in which the largest spool is sent. */
const flushMs = 120_000;

async function flush({ context }: Cli, server: string | undefined): Promise<Finding[]> {
  const { sendSpooled } = await import("../../hook/send.js");
  const { spoolRoot, spoolsIn, waiting } = await import("../../hook/spool.js");
  const { note, problem } = await import("../connect/findings.js");
  const { numberOf } = await import("../../core/number-of.js");
  const { env, now } = context;
  const root = spoolRoot(env);
  const findings: Finding[] = [];
  let all = 0;
  for (const spool of root === undefined ? [] : spoolsIn(root)) {
    const { sent, failure } = await sendSpooled(spool, { env, timeoutMs: flushMs, now, server });
    all += sent;
    if (failure === undefined) continue;
    const [first] = waiting(spool);
    const why = failure === "none" ? "no server answered" : `${first}.in was answered with ${failure}`;
    const aside = `mv ${spool.folder}/${first}.in .; claude-sessions doctor --flush   (without that one)`;
    const fix = failure === "none" ? "claude-sessions doctor --flush   (once the server is there)" : aside;
    findings.push(problem("spool", `Of ${spool.folder} not all could be sent: ${why}.`, fix));
  }
  if (all > 0) findings.unshift(note("spool", `Sent ${numberOf(all, "hook input")} that waited.`));
  return findings;
}

const marks: Record<Finding["status"], [Color, string]> = {
  ok: ["green", "ok"],
  note: ["yellow", "note"],
  problem: ["red", "PROBLEM"],
};

function lineOf({ paint, context }: Cli, { subject, status, message, fix }: Finding): string {
  const [color, mark] = marks[status];
  const mend = fix === undefined ? "" : `${" ".repeat(22)}→ ${asTyped(printable(fix), context.env)}\n`;
  return `${paint(color, mark.padEnd(8))}${subject.padEnd(13)} ${printable(message)}\n${mend}`;
}
