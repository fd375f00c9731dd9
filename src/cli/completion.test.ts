import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test as base } from "vitest";
import { type Folder, freshFolder, runCli } from "./cli-fixture.js";
import { shells } from "./completion.js";

const test = base.extend<Folder>(freshFolder);

async function script(shell: string): Promise<string> {
  const { code, stdout } = await runCli(["completion", shell]);
  expect(code).toBe(0);
  return stdout;
}

/** What bash offers for the words typed so far, of which the last is being completed. */
function complete(bash: string, folder: string, ...words: string[]): string[] {
  const file = join(folder, "completion.bash");
  writeFileSync(file, bash);
  const program = `source ${file}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _claude_sessions; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["-c", program, "bash", "claude-sessions", ...words], { encoding: "utf8" })
    .trim()
    .split("\n");
}

test.for(shells)("%s takes the script", async (shell, { folder, skip }) => {
  const file = join(folder, `completion.${shell}`);
  writeFileSync(file, await script(shell));
  const checked = spawnSync(shell, ["-n", file], { encoding: "utf8" });
  if (checked.error) skip(`${shell} is not installed`);
  expect(checked).toMatchObject({ status: 0, stderr: "" });
});

test.for(shells)("the %s script names every command and option", async (shell) => {
  const text = await script(shell);
  for (const word of ["serve", "recent", "reindex", "durability", "follow", "skip-bad", "dry-run", "delete"]) {
    expect(text).toContain(word);
  }
});

test("completes commands, subcommands, options and known values", async ({ folder }) => {
  const bash = await script("bash");
  expect(complete(bash, folder, "re")).toEqual(["repair", "reindex"]);
  expect(complete(bash, folder, "query", "s")).toEqual(["stats", "search", "sessions", "state"]);
  expect(complete(bash, folder, "query", "events", "my-session", "--f")).toEqual(["--follow"]);
  expect(complete(bash, folder, "query", "sessions", "--status", "c")).toEqual(["completed", "cancelled"]);
  expect(complete(bash, folder, "completion", "")).toEqual(expect.arrayContaining(["bash", "zsh", "fish"]));
});
