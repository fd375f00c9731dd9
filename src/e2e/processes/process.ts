import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";

/** A program with whatever it starts, as a group of its own that is ended as one. */
export interface Program {
  readonly ended: Promise<number>;
  /** Ends all of the group and resolves once the program is gone. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Lets it run on behind the end of this process. Answers its process id. */
  keep(): number | undefined;
}

export interface ProgramOptions {
  file: string;
  args: readonly string[];
  cwd: string;
  env: Record<string, string>;
  /** Takes what it prints, behind what is there. */
  log: string;
}

/** Groups that are still running: an end of this process at once takes them along. */
const running = new Set<number>();

process.on("exit", () => {
  for (const pid of running) killGroup(pid, "SIGKILL");
});

export function startProgram({ file, args, cwd, env, log }: ProgramOptions): Program {
  const output = openSync(log, "a");
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ["ignore", output, output] });
  closeSync(output);
  if (child.pid !== undefined) running.add(child.pid);
  const ended = endOf(child);
  return {
    ended,
    end: async (signal) => {
      if (child.pid !== undefined) killGroup(child.pid, signal);
      await ended;
      // What it started may outlive it.
      if (child.pid !== undefined) killGroup(child.pid, "SIGKILL");
    },
    keep: () => {
      if (child.pid !== undefined) running.delete(child.pid);
      child.unref();
      return child.pid;
    },
  };
}

function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once("error", () => resolve(127));
    child.once("exit", (code, signal) => {
      running.delete(child.pid!);
      resolve(code ?? (signal === "SIGKILL" ? 137 : 143));
    });
  });
}

function killGroup(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone already.
  }
}
