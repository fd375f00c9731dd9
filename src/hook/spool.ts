import {
  appendFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";

/*
 * What could not be handed to a server waits in `<spool>/.hooks/<server>/`, where <server> is its URL with
 * `-` for each of `/:?&`: one server that is away holds up none of another. A file per hook input:
 *
 *   <ns>-<pid>.in       first line: the URL it goes to and when it came (RFC 3339); the rest: the input. The name
 *                       is its delivery id, and begins with nanoseconds since 1970, so that names sort by time
 *   rejected/<ns>-<pid>.<status>   the server refused it for good
 *   sending/pid         who sends at the moment
 *   away                the server did not answer lately (in seconds since 1970); nobody waits for it meanwhile
 *   dropped             a line for every time that the spool was full: RFC 3339 time, a count of inputs
 *
 * The shell script that `connect` installs keeps to the same.
 */

export interface Spool {
  /** What the environment names, `.hooks` in it, and in that the server's own. */
  root: string;
  folder: string;
}

export interface Delivery {
  name: string;
  /** The URL that it goes to. */
  target: string;
  /** When it came, RFC 3339. */
  time: string;
  body: Buffer;
}

type Env = Record<string, string | undefined>;

/** Bounds of what waits; beyond them the oldest are dropped. */
export const mostDeliveries = 10_000;
const mostBytes = 64 * 1024 ** 2;

/** The folder of the environment, undefined where it is turned off. Nothing is made yet. */
export function spoolRoot(env: Env, uid = process.getuid?.()): string | undefined {
  const root = env["CLAUDE_SESSIONS_SPOOL"] || `${temporaryFolder(env)}/claude-sessions-spool-${uid ?? "user"}`;
  return root === "off" ? undefined : root;
}

/** Where that waits which is for `server`, a URL without a slash at its end. */
export function spoolFor(root: string, server: string): Spool {
  return { root, folder: `${root}/.hooks/${server.replaceAll(/[/:?&]/g, "-")}` };
}

/** One for every server that anything waits for, or waited. */
export function spoolsIn(root: string): Spool[] {
  return namesIn(`${root}/.hooks`).map((name) => ({ root, folder: `${root}/.hooks/${name}` }));
}

function temporaryFolder(env: Env): string {
  const windows = process.platform === "win32";
  const folder = windows ? env["TEMP"] || env["TMP"] || "C:/Windows/Temp" : env["TMPDIR"] || env["TMP"] || env["TEMP"];
  return (folder || "/tmp").replace(/[/\\]+$/, "");
}

/** Makes the folder where it is not there. @throws where another user could read or write it */
function prepare({ root, folder }: Spool): void {
  const inner = `${root}/.hooks`;
  checkOwn(root);
  checkOwn(inner);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  checkOwn(root);
  checkOwn(inner);
}

function checkOwn(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  const foreign = process.getuid !== undefined && (stats.uid !== process.getuid() || (stats.mode & 0o022) !== 0);
  if (foreign || stats.isSymbolicLink()) throw new Error(`${path} is not this user's alone`);
}

let last = 0n;

/** A name for what comes now, past every other of this process. `nowMs` is epoch milliseconds. */
export function deliveryName(nowMs: number): string {
  const now = BigInt(Math.round(nowMs * 1000)) * 1000n;
  last = now > last ? now : last + 1n;
  return `${last}-${process.pid}`;
}

/** @throws where the folder cannot be written */
export function keep(spool: Spool, { name, target, time, body }: Delivery): void {
  prepare(spool);
  const temporary = `${spool.folder}/.${name}`;
  writeFileSync(temporary, Buffer.concat([Buffer.from(`${target} ${time}\n`), body]), { mode: 0o600 });
  renameSync(temporary, `${spool.folder}/${name}.in`);
}

/** Names of what waits, oldest first. */
export function waiting({ folder }: Spool): string[] {
  return namesIn(folder)
    .flatMap((entry) => (/^\d+-\d+\.in$/.test(entry) ? [entry.slice(0, -".in".length)] : []))
    .sort((one, other) => compare(one, other));
}

function compare(one: string, other: string): number {
  return one.length - other.length || (one < other ? -1 : 1);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Undefined where somebody else took it meanwhile. */
export function read({ folder }: Spool, name: string): Delivery | undefined {
  try {
    const bytes = readFileSync(`${folder}/${name}.in`);
    const lineEnd = bytes.indexOf("\n");
    const [target = "", time = ""] = bytes.toString("utf8", 0, Math.max(0, lineEnd)).split(" ");
    return { name, target, time, body: bytes.subarray(lineEnd + 1) };
  } catch {
    return undefined;
  }
}

export function remove({ folder }: Spool, name: string): void {
  unlink(`${folder}/${name}.in`);
}

/** Puts aside what the server refused for good. */
export function reject(spool: Spool, name: string, status: number): void {
  mkdirSync(`${spool.folder}/rejected`, { recursive: true, mode: 0o700 });
  renameSync(`${spool.folder}/${name}.in`, `${spool.folder}/rejected/${name}.${status}`);
}

export function rejected({ folder }: Spool): { name: string; status: number }[] {
  return namesIn(`${folder}/rejected`).flatMap((entry) => {
    const [, name, status] = /^(\d+-\d+)\.(\d+)$/.exec(entry) ?? [];
    return name === undefined ? [] : [{ name, status: Number(status) }];
  });
}

/** Milliseconds since the server was last found away; undefined where it is not. */
export function awayFor({ folder }: Spool, nowMs: number): number | undefined {
  const stats = statSync(`${folder}/away`, { throwIfNoEntry: false });
  return stats && Math.max(0, nowMs - stats.mtimeMs);
}

export function markAway(spool: Spool, nowMs: number): void {
  prepare(spool);
  writeFileSync(`${spool.folder}/away`, `${Math.floor(nowMs / 1000)}\n`, { mode: 0o600 });
  utimesSync(`${spool.folder}/away`, nowMs / 1000, nowMs / 1000);
}

export function markBack({ folder }: Spool): void {
  const path = `${folder}/away`;
  if (statSync(path, { throwIfNoEntry: false })) unlink(path);
}

/** Another process may have been faster. `rmSync` would cost the hook a fifth of its time to load. */
function unlink(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

/** Drops the oldest where more waits than the bounds allow, and writes down how many. */
export function trim(spool: Spool, nowMs: number, bounds = { deliveries: mostDeliveries, bytes: mostBytes }): number {
  const names = waiting(spool);
  const sizes = names.map((name) => statSync(`${spool.folder}/${name}.in`, { throwIfNoEntry: false })?.size ?? 0);
  let bytes = sizes.reduce((sum, size) => sum + size, 0);
  let dropped = 0;
  while (names.length - dropped > bounds.deliveries || (bytes > bounds.bytes && dropped < names.length)) {
    remove(spool, names[dropped]!);
    bytes -= sizes[dropped]!;
    dropped += 1;
  }
  if (dropped > 0)
    appendFileSync(`${spool.folder}/dropped`, `${new Date(nowMs).toISOString()} ${dropped}\n`, { mode: 0o600 });
  return dropped;
}

/** What was dropped, since somebody last removed the file. */
export function droppedInputs({ folder }: Spool): { at: string; count: number }[] {
  try {
    const lines = readFileSync(`${folder}/dropped`, "utf8").split("\n");
    return lines.flatMap((line) => {
      const [at = "", count = ""] = line.split(" ");
      return /^\d+$/.test(count) ? [{ at, count: Number(count) }] : [];
    });
  } catch {
    return [];
  }
}
