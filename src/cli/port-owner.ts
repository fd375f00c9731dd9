import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import { platform } from "node:process";
import { promisify } from "node:util";

export interface PortOwner {
  pid: number;
  command: string;
}

/** The process that listens on a TCP port of this machine; undefined where the system does not tell this user. */
export async function findPortOwner(port: number): Promise<PortOwner | undefined> {
  try {
    return await (platform === "linux" ? findInProc(port) : findWithLsof(port));
  } catch {
    return undefined;
  }
}

const listening = "0A";

async function findInProc(port: number): Promise<PortOwner | undefined> {
  const tables = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map((path) => readFile(path, "utf8").catch(() => "")));
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const inodes = new Set<string>();
  for (const line of tables.join("\n").split("\n")) {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    if (state === listening && local?.endsWith(`:${hexPort}`)) inodes.add(`socket:[${inode}]`);
  }
  for (const pid of await readdir("/proc")) {
    if (/^\d+$/.test(pid) && (await holdsSocket(pid, inodes))) return { pid: Number(pid), command: await commandOf(pid) };
  }
  return undefined;
}

async function holdsSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  for (const descriptor of descriptors) {
    const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => "");
    if (inodes.has(target)) return true;
  }
  return false;
}

async function commandOf(pid: string): Promise<string> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return commandLine.replaceAll("\0", " ").trim().slice(0, 80);
}

/** `-Fpc` prints one field a line: p<pid>, c<command>. */
async function findWithLsof(port: number): Promise<PortOwner | undefined> {
  const { stdout } = await promisify(execFile)("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"]);
  const field = (letter: string) => stdout.split("\n").find((line) => line.startsWith(letter))?.slice(1);
  const pid = field("p");
  return pid === undefined ? undefined : { pid: Number(pid), command: field("c") ?? "" };
}
