import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

type Env = Readonly<Record<string, string | undefined>>;

/** Shows a text in `$PAGER` (else `less`), and resolves when the person leaves it. */
export async function showInPager(text: string, name: string, env: Env): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "claude-sessions-"));
  try {
    const file = join(folder, name);
    await writeFile(file, text, { mode: 0o600 });
    await runPager(env["PAGER"]?.trim() || "less", file, env);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `$PAGER` is a command of a shell, with arguments of its own. */
function runPager(pager: string, file: string, env: Env): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("sh", ["-c", `${pager} "$1"`, "sh", file], {
      stdio: "inherit",
      // Less would show escapes of its own accord only where it is asked to: it is not.
      env: { ...env, LESS: env["LESS"] ?? "", LESSSECURE: "1" },
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0 || signal !== null) resolve();
      else reject(new Error(`The pager '${pager}' ended with ${code}. Set PAGER to another, such as less.`));
    });
  });
}
