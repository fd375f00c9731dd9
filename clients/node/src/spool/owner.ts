import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Whose a spool file is; SPOOL.md, "Files". */
export interface Owner {
  pid: number;
  /** When the process started, in the system's own unit; "0" where that is not known. */
  start: string;
}

/** A file of another container's is its owner's for this long after its last sign of life. */
const leaseMs = 60_000;

let self: (Owner & { space: string }) | undefined;

/** This process, and where its pid means something. */
export function thisProcess(): Owner & { space: string } {
  if (self?.pid !== process.pid) self = { pid: process.pid, start: stat(process.pid)?.start ?? "0", space: space() };
  return self;
}

/** The first 12 hex digits of a hash of what tells one space of pids from another. */
function space(): string {
  const bootId = read(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  const namespace = read(() => readlinkSync("/proc/self/ns/pid"));
  return createHash("sha256").update(`${hostname()}\n${bootId}\n${namespace}`).digest("hex").slice(0, 12);
}

function read(from: () => string): string {
  try {
    return from();
  } catch {
    return "";
  }
}

/** Whether the owner of a file is at work; `space` is what the file's head says, if it has one. */
export function lives(owner: Owner, space: string | undefined, changedMs: number, now: number): boolean {
  if (owner.pid === 0) return false;
  const mine = thisProcess();
  if (space !== undefined && space !== mine.space) return now - changedMs < leaseMs;
  if (owner.pid === mine.pid) return owner.start === mine.start;
  if (!exists(owner.pid)) return false;
  const found = stat(owner.pid);
  if (found === undefined) return true;
  return found.state !== "Z" && found.state !== "X" && (owner.start === "0" || owner.start === found.start);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A process's state and start time; the name before them may hold anything, also a `)`. */
function stat(pid: number): { state: string; start: string } | undefined {
  const text = read(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, start] = [fields[0], fields[19]];
  return text === "" || !state || !start ? undefined : { state, start };
}
