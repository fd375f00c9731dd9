import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { temporaryFolder } from "../../src/testing/temporary-folder.js";
import type { SessionEvent } from "../../src/core/event.js";
import type { State } from "../../src/core/state.js";
import type { Metadata } from "../../src/core/metadata.js";

const packages = fileURLToPath(new URL("../../node_modules/.cache/agents/node_modules/", import.meta.url));
const launcher = fileURLToPath(new URL("../../bin/claude-sessions.js", import.meta.url));

const programs = {
  claude: "@anthropic-ai/claude-code-linux-x64/claude",
  codex: "@openai/codex/bin/codex.js",
  gemini: "@google/gemini-cli/bundle/gemini.js",
};

/** What starts an agent's program; undefined where `node scripts/agents.mjs` has not installed it. */
export function agentProgram(name: keyof typeof programs): string | undefined {
  const path = join(packages, programs[name]);
  return existsSync(path) ? path : undefined;
}

export interface Ran {
  code: number | undefined;
  stdout: string;
  stderr: string;
}

/** A home and a project folder of an agent's own, in which `connect` ran. */
export interface ScratchHome extends Disposable {
  home: string;
  project: string;
  /** The environment that the agent runs in: nothing of the machine's but the PATH. */
  env: Record<string, string>;
  /** Runs the command line; throws where it does not end with 0. */
  cli(...argv: string[]): Promise<string>;
  events(sessionId: string): Promise<SessionEvent[]>;
  state(sessionId: string): Promise<State>;
  metadata(sessionId: string): Promise<Metadata>;
}

export function scratchHome(server: string): ScratchHome {
  const folder = temporaryFolder();
  const [home, project] = [join(folder.path, "home"), join(folder.path, "project")];
  mkdirSync(home);
  mkdirSync(project);
  const env: Record<string, string> = {
    PATH: `${fileURLToPath(new URL("../../node_modules/node/bin", import.meta.url))}:${process.env["PATH"] ?? ""}`,
    HOME: home,
    LANG: "C.UTF-8",
    CLAUDE_SESSIONS_SPOOL: join(folder.path, "spool"),
    SESSION_SERVICE_URL: server,
  };
  const cli = async (...argv: string[]) => {
    const { stdout } = await execa("node", [launcher, ...argv], { env, extendEnv: false, cwd: project });
    return stdout;
  };
  const asked = async <T>(...argv: string[]) => JSON.parse(await cli(...argv, "--json")) as T;
  return {
    home,
    project,
    env,
    cli,
    events: async (sessionId) => {
      const lines = await cli("query", "events", sessionId, "--limit", "1000", "--json");
      return lines
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as SessionEvent);
    },
    state: (sessionId) => asked<State>("query", "state", sessionId),
    metadata: async (sessionId) => {
      const response = await fetch(`${server}/api/sessions/${sessionId}`);
      return ((await response.json()) as { metadata: Metadata }).metadata;
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

/** Runs an agent's program in its home, with nothing on its stdin. */
export async function runAgent(
  { env, project }: ScratchHome,
  program: string,
  argv: readonly string[],
  extra: Record<string, string>,
): Promise<Ran> {
  const [file, args] = program.endsWith(".js") ? ["node", [program, ...argv]] : [program, [...argv]];
  const { exitCode, stdout, stderr } = await execa(file, args, {
    cwd: project,
    env: { ...env, ...extra },
    extendEnv: false,
    stdin: "ignore",
    stripFinalNewline: false,
    reject: false,
    timeout: 60_000,
  });
  return { code: exitCode, stdout, stderr };
}
