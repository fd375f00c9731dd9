import { truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, test as base } from "vitest";
import { freshFolder, runCli, type Folder } from "./cli-fixture.js";
import { asTyped } from "./own-command.js";
import { fill } from "./stored-session.js";

const test = base.extend<Folder>(freshFolder);
const throughNpx = { npm_command: "exec" };

test.each([
  ["Start one with 'claude-sessions serve'.", "Start one with 'npx claude-sessions serve'."],
  ["→ claude-sessions doctor --flush", "→ npx claude-sessions doctor --flush"],
  ["npx claude-sessions repair", "npx claude-sessions repair"],
  ["What answers is no claude-sessions server.", "What answers is no claude-sessions server."],
  ["/opt/claude-sessions serve", "/opt/claude-sessions serve"],
])("advises whoever came through npx: %s", (advice, typed) => {
  expect(asTyped(advice, throughNpx)).toBe(typed);
  expect(asTyped(advice, {})).toBe(advice);
});

test("an error advises the command that its reader can type", async () => {
  const args = ["query", "recent", "--url", "http://127.0.0.1:1"];
  expect((await runCli(args, { env: throughNpx })).stderr).toContain("'npx claude-sessions serve'");
  expect((await runCli(args)).stderr).toContain("'claude-sessions serve'");
});

test("so does verify", async ({ folder }) => {
  await fill(folder);
  truncateSync(join(folder, "sessions", "s1", "metadata.json"), 5);
  const { stdout } = await runCli(["verify", "--storage", folder], { env: throughNpx });
  expect(stdout).toContain("run 'npx claude-sessions repair --storage");
  expect((await runCli(["verify", "--storage", folder])).stdout).toContain("run 'claude-sessions repair --storage");
});

test("and connect, in what it notes and where no server answers", async ({ folder }) => {
  const args = ["connect", "claude-code", "--approvals", "--url", "http://127.0.0.1:1"];
  const at = { home: folder, cwd: folder };
  const { stdout } = await runCli(args, { ...at, env: { ...process.env, ...throughNpx, CLAUDE_CONFIG_DIR: folder } });
  expect(stdout).toContain("with 'npx claude-sessions approve'");
  expect(stdout).toContain("Start one with 'npx claude-sessions serve'");
});

test("and watch, a line per event", async () => {
  const { stderr } = await runCli(["watch", "--plain", "--url", "http://127.0.0.1:1"], { env: throughNpx });
  expect(stderr).toContain("'npx claude-sessions serve'");
});
