import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type { ProcessOf } from "./hook-report.js";

/** What is known about processes of this machine; injected by tests. */
export interface Processes {
  host: string;
  /** Whether the process is there, whoever it belongs to. */
  isAlive(pid: number): boolean;
  /** What tells it from a later process of the same pid, where the system says. */
  startOf(pid: number): string | undefined;
}

export const realProcesses: Processes = {
  host: hostname(),
  isAlive(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "EPERM";
    }
  },
  startOf(pid) {
    try {
      return startIn(readFileSync(`/proc/${pid}/stat`, "utf8"));
    } catch {
      return undefined;
    }
  },
};

/** The 22nd field of `/proc/<pid>/stat`; the 2nd, a name in brackets, may hold anything. @see proc_pid_stat(5) */
function startIn(stat: string): string | undefined {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

/**
 * The process that a report names, where this machine can watch it: it must be told of this host,
 * and be there now. A pid of another container or machine means nothing here.
 */
export function watchable(processes: Processes, { pid, host }: { pid?: number; host?: string }): ProcessOf | undefined {
  if (pid === undefined || !Number.isSafeInteger(pid) || pid <= 0 || host !== processes.host) return undefined;
  if (!processes.isAlive(pid)) return undefined;
  const started = processes.startOf(pid);
  return { pid, host, ...(started !== undefined && { started }) };
}

/** Whether the very process is gone. */
export function isGone(processes: Processes, { pid, started }: ProcessOf): boolean {
  if (!processes.isAlive(pid)) return true;
  return started !== undefined && processes.startOf(pid) !== started;
}
