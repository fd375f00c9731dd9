import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { AppError } from "../core/errors.js";

/** The error of a port that another process listens on; names the process where the system tells, and the flag that chooses. */
export function portInUse(port: number, cause: unknown, flag = "--port"): AppError {
  const holder = holderOfPort(port);
  const who = holder === undefined ? "another process" : `process ${holder.pid} (${holder.name})`;
  return new AppError(
    "port_in_use",
    `Port ${port} is taken by ${who}. Stop that, or choose another with ${flag}, such as ${flag} ${port + 1}.`,
    {
      cause,
    },
  );
}

/** Which process listens on a TCP port; undefined where that cannot be found out (other systems, other users' processes). */
function holderOfPort(port: number): { pid: number; name: string } | undefined {
  try {
    const links = new Set(
      [...inodesOf("/proc/net/tcp", port), ...inodesOf("/proc/net/tcp6", port)].map((inode) => `socket:[${inode}]`),
    );
    if (links.size === 0) return undefined;
    const pid = readdirSync("/proc").find((entry) => /^\d+$/.test(entry) && holdsOne(entry, links));
    return pid === undefined ? undefined : { pid: Number(pid), name: commandOf(pid) };
  } catch {
    return undefined;
  }
}

const readableLength = 120;

/** The command as it was typed, without the folders of the program and its script, cut to a readable length. */
function commandOf(pid: string): string {
  const [program = "", script = "", ...rest] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  const command = [basename(program), basename(script), ...rest].join(" ").trim();
  return command.length > readableLength ? `${command.slice(0, readableLength)}…` : command || "a process";
}

const listening = "0A";

/** Inodes of the sockets that listen on `port`, as proc(5) lists them. */
function inodesOf(table: string, port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  return readFileSync(table, "utf8")
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === listening && local?.endsWith(`:${hexPort}`))
    .map((fields) => fields[9] ?? "");
}

function holdsOne(pid: string, links: ReadonlySet<string>): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => links.has(readLink(`${folder}/${fd}`)));
  } catch {
    return false;
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
