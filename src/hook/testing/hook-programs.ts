import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa, type Options } from "execa";
import { hookScript } from "../../cli/connect/hook-script.js";
import { temporaryFolder } from "../../testing/temporary-folder.js";
import { spoolFor } from "../spool.js";
import { startRecordingServer, type RecordingServer } from "./recording-server.js";

export const launcher = fileURLToPath(new URL("../../../bin/claude-sessions.js", import.meta.url));

export interface Ran {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

export interface HookFixture {
  folder: string;
  server: RecordingServer;
}

/** For `test.extend`: a folder of its own, and a server that keeps what it is told. */
export const hookFixture = {
  folder: async ({ task: _task }: { task: unknown }, use: (folder: string) => Promise<void>) => {
    using folder = temporaryFolder();
    await use(folder.path);
  },
  server: async ({ task: _task }: { task: unknown }, use: (server: RecordingServer) => Promise<void>) => {
    await using server = await startRecordingServer();
    await use(server);
  },
};

export interface Call {
  url: string;
  folder: string;
  input?: string;
  args?: string[];
  env?: Record<string, string>;
  agent?: string;
  /** Over only with what it left in the background: a pipe of which nobody knows is open until then. */
  toTheEnd?: boolean;
}

export function envOf({ folder, env }: Call): Record<string, string> {
  return { PATH: process.env["PATH"]!, HOME: folder, CLAUDE_SESSIONS_SPOOL: join(folder, "spool"), ...env };
}

/** `claude-sessions hook`, and the script that does the same where there is a shell. */
export const programs = {
  "the program": ({ args = [], agent = "claude-code", ...call }: Call) =>
    execa("node", [launcher, "hook", agent, "--url", call.url, ...args], options(call)),
  "the script": ({ args = [], agent = "claude-code", ...call }: Call) => {
    const script = join(call.folder, "hook.sh");
    writeFileSync(script, hookScript);
    const [how, words] = args[0] === "--wait" ? [args, []] : [[], args];
    return execa("/bin/sh", [script, ...how, agent, call.url, ...words], options(call));
  },
};

export function options(call: Call) {
  const stdin: "ignore" | "pipe" = call.input === undefined ? "ignore" : "pipe";
  const untilClosed: "ignore" | "pipe" = call.toTheEnd ? "pipe" : "ignore";
  return {
    env: envOf(call),
    extendEnv: false,
    reject: false,
    stdio: [stdin, "pipe", "pipe", "ignore", untilClosed] satisfies Options["stdio"],
    ...(call.input === undefined ? {} : { input: call.input }),
  };
}

export function spooled(folder: string, url: string): string[] {
  const { folder: path } = spoolFor(join(folder, "spool"), url);
  try {
    return readdirSync(path).filter((name) => name.endsWith(".in"));
  } catch {
    return [];
  }
}

export function bodies({ requests }: RecordingServer): string[] {
  return requests.map(({ body }) => body.trim());
}

export const silent = { exitCode: 0, stdout: "", stderr: "" };

/** The address of a server that was stopped. */
export async function freeUrl(): Promise<string> {
  await using server = await startRecordingServer();
  return server.url;
}

/** As if the server had been found away long ago. */
export function letRest(folder: string, url: string): void {
  const { folder: path } = spoolFor(join(folder, "spool"), url);
  writeFileSync(join(path, "away"), "0\n");
  utimesSync(join(path, "away"), 0, 0);
}
