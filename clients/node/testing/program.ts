import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { build } from "esbuild";

export const clientFolder = join(import.meta.dirname, "..");

/** The client in one file, for programs to import; `using` removes it. */
export async function bundleClient(): Promise<{ path: string } & Disposable> {
  const folder = mkdtempSync(join(tmpdir(), "hook-agent-bundle-"));
  const path = join(folder, "agent.mjs");
  const entryPoints = [join(clientFolder, "src", "index.ts")];
  await build({ entryPoints, outfile: path, bundle: true, platform: "node", format: "esm", target: "node20" });
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The oldest Node from 20 on that this machine has: programs of people run there too. */
export function oldestNode(): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const found = folders.map((folder) => join(folder, "node")).filter((path) => existsSync(path));
  const versions = [...new Set([...found, process.execPath])].map((path) => ({ path, major: majorOf(path) }));
  return versions.filter(({ major }) => major >= 20).sort((a, b) => a.major - b.major)[0]!.path;
}

function majorOf(path: string): number {
  return Number(execFileSync(path, ["-p", "process.versions.node.split('.')[0]"], { encoding: "utf8" }));
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Started {
  process: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves once the program has written this to its stdout. */
  said(text: string): Promise<void>;
}

export interface Program {
  /** The client's bundle. */
  client: string;
  /** An ES module that has `hookAgent` and `HookAgent`. */
  source: string;
  /** The whole of its environment, PATH apart. */
  env: Record<string, string>;
  node?: string;
}

/** Starts a program in a process of its own. */
export function startProgram({ client, source, env, node = process.execPath }: Program): Started {
  const folder = mkdtempSync(join(tmpdir(), "hook-agent-program-"));
  const file = join(folder, "program.mjs");
  writeFileSync(file, `import hookAgent, { HookAgent } from ${JSON.stringify(client)};\nvoid HookAgent;\n${source}`);
  const child = spawn(node, [file], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  const listeners = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].on("data", (part: Buffer) => {
      output[name] += part.toString();
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code, signal) => {
      rmSync(folder, { recursive: true, force: true });
      resolve({ code, signal, ...output });
    });
  });
  const said = (text: string) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!output.stdout.includes(text)) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      look();
    });
  return { process: child, ended, said };
}

export function runProgram(program: Program): Promise<Ended> {
  const { process: child, ended } = startProgram(program);
  child.stdin?.end();
  return ended;
}
