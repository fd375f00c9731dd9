import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import type { CliContext, Signal } from "./context.js";
import { main } from "./main.js";

/** A command line run inside the test's own process, with everything it wrote. */
export interface CapturedRun {
  readonly stdout: string;
  readonly stderr: string;
  /** Codes that the command wanted to end the process with at once. */
  readonly exits: readonly number[];
  readonly context: CliContext;
  /** Delivers a signal to the command. */
  signal(name: Signal): void;
  /** Resolves to the exit code. */
  readonly finished: Promise<number>;
}

export interface RunOptions extends Partial<Omit<CliContext, "isTTY">> {
  isTTY?: boolean;
  input?: string;
}

export function startCli(argv: readonly string[], options: RunOptions = {}): CapturedRun {
  const { isTTY = false, input = "", ...overrides } = options;
  const stdout = capture();
  const stderr = capture();
  const listeners = new Set<(signal: Signal) => void>();
  const exits: number[] = [];
  const context: CliContext = {
    stdout: stdout.stream,
    stderr: stderr.stream,
    stdin: Readable.from([Buffer.from(input)]),
    env: {},
    cwd: tmpdir(),
    home: "/home/nobody",
    isTTY: { stdout: isTTY, stderr: isTTY },
    columns: 100,
    now: Date.now,
    onSignal(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exit: (code) => void exits.push(code),
    ...overrides,
  };
  return {
    get stdout() {
      return stdout.text();
    },
    get stderr() {
      return stderr.text();
    },
    exits,
    context,
    signal: (name) => listeners.forEach((listener) => listener(name)),
    finished: main(argv, context),
  };
}

export async function runCli(
  argv: readonly string[],
  options?: RunOptions,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const run = startCli(argv, options);
  const code = await run.finished;
  return { code, stdout: run.stdout, stderr: run.stderr };
}

function capture(): { stream: Writable; text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString() };
}

export interface Folder {
  folder: string;
}

/** Gives each test a fresh folder of its own: `base.extend<Folder>(freshFolder)`. */
export const freshFolder = {
  folder: async ({ task: _task }: object & { task?: unknown }, use: (folder: string) => Promise<void>) => {
    const folder = mkdtempSync(join(tmpdir(), "claude-sessions-test-"));
    await use(folder);
    rmSync(folder, { recursive: true, force: true });
  },
};
