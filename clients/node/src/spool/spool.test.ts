import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test as base } from "vitest";
import { temporaryFolder } from "../../../../src/testing/temporary-folder.js";
import { readLeftFile } from "./left-behind.js";
import { headLine } from "./lines.js";
import { thisProcess } from "./owner.js";
import { Spool, type Spoolable, type SpoolOptions } from "./spool.js";

interface Fixtures {
  root: string;
}

const test = base.extend<Fixtures>({
  // oxlint-disable-next-line no-empty-pattern -- the runner wants an object pattern
  root: async ({}, use) => {
    using folder = temporaryFolder();
    await use(join(folder.path, "spool"));
  },
});

interface Opened {
  spool: Spool | undefined;
  troubles: string[];
  waiting: Spoolable[];
  clock: { now: number };
}

function open(root: string, options: Partial<SpoolOptions> = {}): Opened {
  const troubles: string[] = [];
  const waiting: Spoolable[] = [];
  const clock = { now: Date.now() };
  const spool = Spool.open({
    root,
    sessionId: "s1",
    now: () => clock.now,
    onTrouble: (reason) => troubles.push(reason),
    waiting: () => waiting,
    dropped: () => undefined,
    ...options,
  });
  return { spool, troubles, waiting, clock };
}

function event(n: number, size = 10): Spoolable {
  return {
    line: `{"type":"action","eventId":"e${n}","timestamp":"2026-01-02T03:04:05.000Z","data":{"type":"a","t":"${"x".repeat(size)}"}}\n`,
  };
}

/** Queues events, and writes them down as an agent does. */
function add({ spool, waiting }: Opened, ...events: Spoolable[]): void {
  for (const each of events) {
    waiting.push(each);
    spool!.add(each);
  }
}

function files(root: string): string[] {
  return existsSync(join(root, "s1")) ? readdirSync(join(root, "s1")).sort() : [];
}

async function takenOver(root: string, now = Date.now()): Promise<string[]> {
  const { spool, clock } = open(root);
  clock.now = now;
  const left = await Promise.all(spool!.takeOver().map(readLeftFile));
  return left.flatMap((found) => found?.events.map(({ eventId }) => eventId) ?? []);
}

function write(root: string, name: string, ...lines: string[]): string {
  mkdirSync(join(root, "s1"), { recursive: true, mode: 0o700 });
  const path = join(root, "s1", name);
  writeFileSync(path, lines.join(""));
  return path;
}

test("keeps what is unsent, and nothing of what is done with", async ({ root }) => {
  const opened = open(root);
  const events = [event(1), event(2), event(3)];
  add(opened, ...events);
  opened.spool!.finish(events.slice(0, 2));
  opened.spool!.close({ free: true });
  expect(files(root)).toEqual(["0-0-000001.jsonl"]);
  expect(await takenOver(root)).toEqual(["e3"]);
});

test("leaves nothing behind once all is done with", ({ root }) => {
  const opened = open(root);
  const events = [event(1), event(2)];
  add(opened, ...events);
  opened.spool!.finish(events);
  opened.spool!.close({ free: true });
  expect(readdirSync(root)).toEqual([]);
});

test("goes on in a new file at 4 MiB, and deletes each when it is done with", ({ root }) => {
  const opened = open(root);
  const events = Array.from({ length: 12 }, (_, n) => event(n, 1_000_000));
  add(opened, ...events);
  expect(files(root)).toHaveLength(3);
  opened.spool!.finish(events.slice(0, 5));
  expect(files(root)).toHaveLength(2);
  for (const each of events.slice(5, 10)) opened.spool!.drop(each);
  expect(files(root)).toHaveLength(1);
});

test("cuts a long file back once nothing of it is unsent", ({ root }) => {
  const opened = open(root);
  const long = event(1, 100_000);
  add(opened, long);
  opened.spool!.finish([long]);
  const path = join(root, "s1", files(root)[0]!);
  expect(readFileSync(path, "utf8")).toBe(headLine("s1", thisProcess().space));
  const next = event(2);
  add(opened, next);
  expect(next.place?.index).toBe(1);
});

test("writes down how many were dropped before the file that held them goes", ({ root }) => {
  const dropped = { count: 5, from: "a", to: "b" };
  const opened = open(root, { dropped: () => dropped });
  const events = Array.from({ length: 7 }, (_, n) => event(n, 1_000_000));
  add(opened, ...events);
  for (const each of events.slice(0, 5)) opened.spool!.drop(each);
  expect(readFileSync(join(root, "s1", files(root)[0]!), "utf8")).toContain(JSON.stringify({ ack: 0, dropped }));
});

test("writes down how many were dropped when the file that held them is followed by another", ({ root }) => {
  const dropped = { count: 5, from: "a", to: "b" };
  const opened = open(root, { dropped: () => dropped });
  const events = Array.from({ length: 5 }, (_, n) => event(n, 1_000_000));
  add(opened, ...events);
  for (const each of events) opened.spool!.drop(each);
  add(opened, event(6));
  expect(files(root)).toHaveLength(1);
  expect(readFileSync(join(root, "s1", files(root)[0]!), "utf8")).toContain(JSON.stringify({ ack: 0, dropped }));
});

test("does not count what a crash cut off, and cuts it off", async ({ root }) => {
  const path = write(root, "0-0-000001.jsonl", event(1).line, event(2).line.slice(0, 40));
  expect(await takenOver(root)).toEqual(["e1"]);
  const [taken] = files(root);
  expect([taken === "0-0-000001.jsonl", existsSync(path)]).toEqual([false, false]);
  expect(readFileSync(join(root, "s1", taken!), "utf8")).toBe(event(1).line);
});

test("takes over a file of a process that is gone, and never one of a process that lives", async ({ root }) => {
  const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "ignore"] });
  await new Promise((resolve) => child.once("spawn", resolve));
  const name = `${child.pid}-${startOf(child.pid!)}-000001.jsonl`;
  const gone = `${child.pid}-7-000001.jsonl`;
  write(root, name, headLine("s1", thisProcess().space), event(1).line);
  write(root, gone, headLine("s1", thisProcess().space), event(2).line);
  expect(await takenOver(root)).toEqual(["e2"]);
  const closed = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGKILL");
  await closed;
  expect(await takenOver(root)).toEqual(["e1"]);
});

function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]!;
}

test("takes a killed process that nobody has reaped for gone", async ({ root }) => {
  // The shell starts a child, kills it, and becomes a program that never waits for it.
  const script = `sleep 60 & echo $!; kill -9 $!; exec sleep 60`;
  const parent = spawn("sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
  const pid = Number(
    await new Promise((resolve) => parent.stdout.once("data", (data: Buffer) => resolve(data.toString()))),
  );
  try {
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, "latin1")).toContain(") Z ");
    write(root, `${pid}-${startOf(pid)}-000001.jsonl`, headLine("s1", thisProcess().space), event(1).line);
    expect(await takenOver(root)).toEqual(["e1"]);
  } finally {
    const closed = new Promise((resolve) => parent.once("close", resolve));
    parent.kill("SIGKILL");
    await closed;
  }
});

test("leaves another container's file alone until it shows no sign of life for a minute", async ({ root }) => {
  const path = write(root, "1-2-000001.jsonl", headLine("s1", "ffffffffffff"), event(1).line);
  const now = Date.now();
  utimesSync(path, (now - 59_000) / 1000, (now - 59_000) / 1000);
  expect(await takenOver(root, now)).toEqual([]);
  utimesSync(path, (now - 61_000) / 1000, (now - 61_000) / 1000);
  expect(await takenOver(root, now)).toEqual(["e1"]);
});

test("shows that it lives by the time of change of its newest file", ({ root }) => {
  const opened = open(root);
  add(opened, event(1));
  const path = join(root, "s1", files(root)[0]!);
  opened.clock.now += 120_000;
  opened.spool!.touch();
  expect(Math.abs(statSync(path).mtimeMs - opened.clock.now)).toBeLessThan(1000);
});

test("takes owners in the order of their last signs of life, and an owner's files by number", async ({ root }) => {
  const times = { "8-1-000010": 30, "8-1-000009": 20, "9-1-000001": 10, "9-1-000002": 25 };
  for (const [name, seconds] of Object.entries(times)) {
    utimesSync(write(root, `${name}.jsonl`, event(Number(name.replaceAll(/\D/g, ""))).line), seconds, seconds);
  }
  const dead = 4_000_000;
  for (const name of files(root)) {
    execFileSync("mv", [
      join(root, "s1", name),
      join(
        root,
        "s1",
        name.replace(/^\d/, (pid) => String(dead + Number(pid))),
      ),
    ]);
  }
  expect(await takenOver(root)).toEqual(["e91000001", "e91000002", "e81000009", "e81000010"]);
});

test("of two that take over at once, each file is one's alone", ({ root }) => {
  for (let n = 1; n <= 20; n++) write(root, `0-0-${String(n).padStart(6, "0")}.jsonl`, event(n).line);
  const [first, second] = [open(root).spool!, open(root).spool!];
  const taken = [...first.takeOver(), ...second.takeOver()].map(({ path }) => path);
  expect(new Set(taken).size).toBe(20);
  expect(files(root)).toHaveLength(20);
});

test("writes unsent events down again when the folder was cleaned away", async ({ root }) => {
  const opened = open(root);
  add(opened, event(1), event(2));
  opened.spool!.finish(opened.waiting.splice(0, 1));
  rmSync(join(root, "s1"), { recursive: true });
  opened.clock.now += 31_000;
  opened.spool!.check();
  opened.spool!.close({ free: true });
  expect(await takenOver(root)).toEqual(["e2"]);
});

const isRoot = process.getuid?.() === 0;

test.runIf(isRoot)("writes nothing into a folder of another user's", ({ root }) => {
  mkdirSync(root, { mode: 0o777 });
  chownSync(root, 12_345, 12_345);
  const { spool, troubles } = open(root);
  expect([spool, readdirSync(root)]).toEqual([undefined, []]);
  expect(troubles).toEqual([expect.stringContaining("belongs to another user")]);
});

test("writes nothing through a symbolic link", ({ root }) => {
  mkdirSync(`${root}-elsewhere`);
  symlinkSync(`${root}-elsewhere`, root);
  const { spool, troubles } = open(root);
  expect([spool, readdirSync(`${root}-elsewhere`)]).toEqual([undefined, []]);
  expect(troubles).toEqual([expect.stringContaining("is not a folder of its own")]);
});

test("makes a folder private that others could write to", ({ root }) => {
  mkdirSync(root, { mode: 0o700 });
  chmodSync(root, 0o777);
  expect(open(root).spool).toBeDefined();
  expect((statSync(root).mode & 0o777).toString(8)).toBe("700");
});
