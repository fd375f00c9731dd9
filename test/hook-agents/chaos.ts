import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { startServerProcess, type ServerProcess } from "../support/server-process.js";

/** One program run: everything that one process says it logged. */
export interface Run {
  session: string;
  process: string;
  /** How many events it said were accepted; it may have been killed right after one more. */
  accepted: number;
  killed: boolean;
}

export interface Program {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
}

interface RunOptions {
  program: Program;
  session: string;
  process: string;
  count: number;
  burst: number;
  /** It is killed behind this many lines. */
  killAfter: number | undefined;
  onAccepted: () => void;
}

/** Lets a program log until it is done or killed. @throws Error where it ends otherwise, or loses an event */
export async function runProgram(options: RunOptions): Promise<Run> {
  const { program, session, process: name, count, burst, killAfter, onAccepted } = options;
  const child = spawn(program.command, [...program.args, JSON.stringify({ process: name, count, burst })], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...program.env, SESSION_ID: session },
  });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  const ended = new Promise<string | number | null>((resolve) =>
    child.once("close", (code, signal) => resolve(signal ?? code)),
  );
  let accepted = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== `accepted ${accepted + 1}`)
      throw new Error(`${name} said '${line}' behind ${accepted} events: ${complaint}`);
    accepted += 1;
    onAccepted();
    if (accepted === killAfter) child.kill("SIGKILL");
  }
  const end = await ended;
  if (end !== 0 && end !== "SIGKILL") throw new Error(`${name} ended with ${end}: ${complaint}`);
  return { session, process: name, accepted, killed: end === "SIGKILL" };
}

/** A server that is killed whenever it is asked to be, and starts again on the same port and folder. */
export async function startMortalServer(storage: string) {
  let server: ServerProcess = await startServerProcess(storage);
  const port = Number(new URL(server.url).port);
  let restarts = 0;
  let restarting: Promise<void> | undefined;

  async function killAndStart(): Promise<void> {
    await server.kill();
    server = await startServerProcess(storage, { port });
    restarts += 1;
    restarting = undefined;
  }
  return {
    url: server.url,
    restarts: () => restarts,
    /** Kills it; false where it is just being started again. */
    kill(): boolean {
      if (restarting) return false;
      restarting = killAndStart();
      return true;
    },
    /** Once it is up again. */
    settled: () => restarting ?? Promise.resolve(),
    async stop() {
      await restarting;
      await server.stop();
    },
  };
}
