import { expect, test } from "vitest";
import { runCli } from "./cli-fixture.js";
import { asTyped } from "./own-command.js";

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
