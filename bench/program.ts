import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/*
 * Everything that is measured or measures runs in a process of its own: programs beside this bundle
 * that answer commands over the IPC channel, one at a time.
 */

type Commands = Record<string, (args: never) => unknown>;

interface Request {
  name: string;
  args: unknown;
}

interface Reply {
  value?: unknown;
  error?: string;
}

/** The child's side: answers each command with what its function returns. */
export function answerCommands(commands: Commands): void {
  process.on("message", ({ name, args }: Request) => {
    Promise.resolve()
      .then(() => commands[name]!(args as never))
      .then(
        (value) => process.send!({ value } satisfies Reply),
        (error: Error) => process.send!({ error: error.stack ?? error.message } satisfies Reply),
      );
  });
  process.on("disconnect", () => process.exit(0));
}

type Arguments<F> = F extends (args: infer A) => unknown ? A : never;
type Result<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never;

/** The parent's side of a program whose commands are `C`. */
export interface Program<C> extends AsyncDisposable {
  pid: number;
  call<K extends keyof C & string>(name: K, args: Arguments<C[K]>): Promise<Result<C[K]>>;
}

/** Starts a program of this folder by its name, such as `client` or `baselines/hono-app`. */
export function startProgram<C>(name: string): Program<C> {
  const child = fork(fileURLToPath(new URL(`./${name}.js`, import.meta.url)), { stdio: ["ignore", 2, 2, "ipc"] });
  return {
    pid: child.pid!,
    call: (command, args) => call(child, command, args),
    async [Symbol.asyncDispose]() {
      await stop(child, "SIGKILL");
    },
  };
}

async function call<T>(child: ChildProcess, name: string, args: unknown): Promise<T> {
  const exited = new AbortController();
  const onExit = (): void => exited.abort(new Error(`The program ended during '${name}'.`));
  child.once("exit", onExit);
  child.send({ name, args } satisfies Request);
  try {
    const [{ value, error }] = (await once(child, "message", { signal: exited.signal })) as [Reply];
    if (error !== undefined) throw new Error(`${name}: ${error}`);
    return value as T;
  } finally {
    child.off("exit", onExit);
  }
}

/** Ends a process and waits until it is gone. */
export async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

/** Resident memory of a process in MB. */
export function residentMegabytes(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(match![1]) / 1024;
}
