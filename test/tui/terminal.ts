import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, onTestFinished, vi } from "vitest";
import { temporaryFolder } from "../../src/testing/temporary-folder.js";

const launcher = fileURLToPath(new URL("../../bin/claude-sessions.js", import.meta.url));
/** One person reads slower than this, and a loaded machine draws slower than one would like. */
const patience = { timeout: 30_000, interval: 40 };

export interface Size {
  columns: number;
  rows: number;
}

export const sizes: Size[] = [
  { columns: 80, rows: 24 },
  { columns: 200, rows: 50 },
];

/** A real terminal (tmux) with `claude-sessions watch` in it, and below that a shell that tells how it ended. */
export interface Terminal extends AsyncDisposable {
  /** Where the program was started; what it exports lands there. */
  folder: string;
  /** What is on screen, a line each, without what is empty at their ends. */
  lines(): Promise<string[]>;
  /** The same in one piece. */
  text(): Promise<string>;
  /** With the sequences of its styles. */
  styled(): Promise<string>;
  /** Presses keys, by the names that tmux gives them. */
  press(...keys: string[]): Promise<void>;
  /** Types a text. */
  type(text: string): Promise<void>;
  resize(size: Size): Promise<void>;
  /** A format of tmux for this terminal, such as `#{alternate_on}`. */
  property(format: string): Promise<string>;
  /** The process of the program itself. */
  pid(): Promise<number>;
}

interface TerminalOptions extends Partial<Size> {
  args: readonly string[];
  /** Starts it from a shell that can stop and continue it. */
  jobs?: boolean;
  env?: Record<string, string>;
}

export async function openTerminal({
  columns = 80,
  rows = 24,
  args,
  jobs = false,
  env = {},
}: TerminalOptions): Promise<Terminal> {
  const folder = temporaryFolder();
  const home = join(folder.path, "home");
  mkdirSync(home);
  const socket = `claude-sessions-${randomUUID()}`;
  const tmux = async (...rest: string[]): Promise<string> => {
    const { stdout } = await execa("tmux", ["-L", socket, "-f", "/dev/null", ...rest], { stripFinalNewline: true });
    return stdout;
  };
  const surroundings = { COLORTERM: "truecolor", NODE_EXTRA_CA_CERTS: "", NO_COLOR: "", HOME: home, ...env };
  const settings = Object.entries(surroundings).map(([name, value]) => `${name}=${quoted(value)}`);
  const watch = [process.execPath, launcher, "watch", ...args].map(quoted).join(" ");
  const shell = `cd ${quoted(folder.path)}; env ${settings.join(" ")} ${watch}; echo "exit code $?"; stty -a; exec cat`;
  const close = async (): Promise<void> => {
    await tmux("kill-server").catch(() => {});
    folder.remove();
  };
  // A test that runs out of time never gets to its end.
  onTestFinished(close);
  const command = jobs ? ["sh", "-c", "set -m; exec sh -i"] : ["sh", "-c", shell];
  await tmux("new-session", "-d", "-x", String(columns), "-y", String(rows), ...command);
  await tmux("set-option", "-g", "status", "off");
  await tmux("resize-window", "-x", String(columns), "-y", String(rows));
  if (jobs) {
    await tmux("send-keys", "-l", `PS1='$ '; cd ${quoted(folder.path)}; env ${settings.join(" ")} ${watch}`);
    await tmux("send-keys", "Enter");
  }

  const text = (): Promise<string> => tmux("capture-pane", "-p");
  return {
    folder: folder.path,
    text,
    lines: async () => (await text()).split("\n"),
    styled: () => tmux("capture-pane", "-p", "-e"),
    press: async (...keys) => void (await tmux("send-keys", ...keys)),
    type: async (typed) => void (await tmux("send-keys", "-l", typed)),
    resize: async (size) => void (await tmux("resize-window", "-x", String(size.columns), "-y", String(size.rows))),
    property: (format) => tmux("display-message", "-p", format),
    pid: async () => {
      const shellPid = await tmux("display-message", "-p", "#{pane_pid}");
      const { stdout } = await execa("ps", ["-o", "pid=", "--ppid", shellPid]);
      return Number(stdout.trim().split("\n")[0]);
    },
    [Symbol.asyncDispose]: close,
  };
}

/** Resolves with the screen once it shows all of these; fails with the screen as it is. */
export function expectShown(terminal: Terminal, ...wanted: (string | RegExp)[]): Promise<string> {
  return waitFor(terminal, (screen) => {
    for (const each of wanted) {
      if (typeof each === "string") expect(screen).toContain(each);
      else expect(screen).toMatch(each);
    }
  });
}

/** Resolves with the screen once it shows this no more. */
export function expectGone(terminal: Terminal, unwanted: string | RegExp): Promise<string> {
  return waitFor(terminal, (screen) => {
    if (typeof unwanted === "string") expect(screen).not.toContain(unwanted);
    else expect(screen).not.toMatch(unwanted);
  });
}

function waitFor(terminal: Terminal, check: (screen: string) => void): Promise<string> {
  return vi.waitFor(async () => {
    const screen = await terminal.text();
    check(screen);
    return screen;
  }, patience);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
