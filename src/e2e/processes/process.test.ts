import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { temporaryFolder } from "../../testing/temporary-folder.js";
import { startProgram } from "./process.js";

function start(folder: string, script: string) {
  const env = { PATH: process.env["PATH"] ?? "" };
  return startProgram({ file: "sh", args: ["-c", script], cwd: folder, env, log: join(folder, "log") });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // What nobody waits for stays in the table as a zombie.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

test("ends with the program's exit code, and keeps what it printed", async () => {
  using folder = temporaryFolder();
  const program = start(folder.path, "echo told; echo trouble >&2; exit 3");
  expect(await program.ended).toBe(3);
  expect(readFileSync(join(folder.path, "log"), "utf8")).toBe("told\ntrouble\n");
});

test("a program that is not there ends with 127", async () => {
  using folder = temporaryFolder();
  const missing = { file: "/no/such/program", args: [], cwd: folder.path, env: {}, log: join(folder.path, "log") };
  expect(await startProgram(missing).ended).toBe(127);
});

test("SIGKILL takes whatever the program has started along", async () => {
  using folder = temporaryFolder();
  const program = start(folder.path, "sleep 1000 & echo $!; wait");
  const child = await vi.waitFor(() => {
    const pid = Number(readFileSync(join(folder.path, "log"), "utf8"));
    expect(pid).toBeGreaterThan(0);
    return pid;
  });
  expect(isAlive(child)).toBe(true);
  await program.end("SIGKILL");
  expect(await program.ended).toBe(137);
  await vi.waitFor(() => expect(isAlive(child)).toBe(false));
});
