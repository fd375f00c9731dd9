import type { Command } from "commander";
import { interruptible, printJson, type Cli } from "../cli.js";
import { addJsonOption, commaSeparated, wholeNumber } from "../session-options.js";
import type { E2eFlags } from "../e2e.js";

export function registerE2e(program: Command, cli: Cli, setExitCode: (code: number) => void): void {
  const command = program
    .command("e2e")
    .description("run three real agents against a store of their own, and check all that they leave in it")
    .option("--scenario <names>", "only these, with commas between them", commaSeparated)
    .option("--no-docker", "run them as plain processes")
    .option("--keep", "leave everything running, and say where it is")
    .option("--timeout <seconds>", "the longest that scenarios of one world may take (default: 300)", wholeNumber(1))
    .option("--junit <file>", "write a JUnit report there as well")
    .option("--base-image <image>", "build on it: node=IMAGE or python=IMAGE; repeatable", collect)
    .option("--network-ca <file>", "certificates of the authorities that this network needs, for builds");
  addJsonOption(command)
    .addHelpText(
      "after",
      `
It runs in a clone of the project, with containers where 'docker compose', 'docker-compose' or podman is there.
With ANTHROPIC_API_KEY in the environment the agents use the real model; without, a scripted one.
Scenarios: customer, email, claude, dashboard, restart, store-restart.
Ends with 0 where everything held, and with 1 where not: a bundle of all that was left is written then.

Examples:
  claude-sessions e2e
  claude-sessions e2e --no-docker --scenario customer,restart
  claude-sessions e2e --junit e2e.xml --network-ca /etc/ssl/certs/ca-certificates.crt`,
    )
    .action((flags: E2eFlags & { json?: boolean }) =>
      interruptible(cli, async (signal) => {
        const { runE2e } = await import("../e2e.js");
        const report = await runE2e(cli, flags, signal);
        if (report.status === "failed") setExitCode(1);
        if (flags.json) await printJson(cli, report);
      }),
    );
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}
