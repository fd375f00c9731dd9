import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runCli } from "../../cli-fixture.js";

/** A server that is not there. */
export const url = "http://localhost:19";

/** Runs a command line in a home of its own, which is the working directory too. */
export function cli(home: string, ...argv: string[]) {
  return runCli(argv, {
    home,
    cwd: home,
    env: { PATH: process.env["PATH"], SESSION_SERVICE_URL: url, CLAUDE_SESSIONS_SPOOL: join(home, "spool") },
  });
}

export function connect(home: string, agent = "claude-code", ...flags: string[]) {
  return cli(home, "connect", agent, "--no-test", ...flags);
}

export function write(home: string, path: string, text: string, mode = 0o644): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode });
  return file;
}
