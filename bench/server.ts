import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { get } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { stop } from "./program.js";

/** The real program, as a user runs it. */
export interface Server extends AsyncDisposable {
  pid: number;
  port: number;
  /** From the start of the process to its first answer. */
  startMs: number;
}

const pollMs = 5;
const startLimitMs = 240_000;

/** Starts `claude-sessions serve` on a folder and resolves once it answers. In the background it leaves the processor to others. */
export async function startServer(folder: string, { inBackground = false } = {}): Promise<Server> {
  const port = await freePort();
  const logFile = join(folder, "..", `serve-${port}.log`);
  const started = performance.now();
  const child = launch(folder, port, logFile, inBackground);
  await firstAnswer(child, port, logFile);
  return {
    pid: child.pid!,
    port,
    startMs: performance.now() - started,
    async [Symbol.asyncDispose]() {
      await stop(child, "SIGTERM");
    },
  };
}

function launch(folder: string, port: number, logFile: string, inBackground: boolean): ChildProcess {
  const log = openSync(logFile, "a");
  const command = [process.execPath, join("bin", "claude-sessions.js"), "serve", "--port", String(port)];
  const [program = "", ...args] = inBackground ? ["nice", "-n", "19", ...command] : command;
  try {
    return spawn(program, args, {
      env: { ...process.env, STORAGE_PATH: folder, NODE_ENV: "production" },
      stdio: ["ignore", log, log],
    });
  } finally {
    closeSync(log);
  }
}

async function firstAnswer(child: ChildProcess, port: number, logFile: string): Promise<void> {
  for (const deadline = performance.now() + startLimitMs; performance.now() < deadline;) {
    if (child.exitCode !== null)
      throw new Error(`serve ended with ${child.exitCode}:\n${readFileSync(logFile, "utf8")}`);
    if (await answers(port)) return;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  throw new Error(`serve did not answer within ${startLimitMs / 1000} s:\n${readFileSync(logFile, "utf8")}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    get({ host: "127.0.0.1", port, path: "/health", agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    }).on("error", () => resolve(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
