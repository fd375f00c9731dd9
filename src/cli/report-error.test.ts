import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { AppError } from "../core/errors.js";
import { runCli } from "./cli-fixture.js";
import type { CliContext } from "./context.js";
import { reportError } from "./report-error.js";

test("shows what a program printed line by line, and obeys none of it", () => {
  const stderr = new PassThrough();
  const error = new AppError("internal", "'docker build' failed.\r\nstep 1\n\u001b[2Jstep 2");
  reportError(error, { stderr: stderr as CliContext["stderr"], env: {} } as CliContext, false);
  expect(String(stderr.read())).toBe("claude-sessions: 'docker build' failed.\n  step 1\n  \\e[2Jstep 2\n");
});

test.each([
  [["completion", "powershell"], "The shell cannot be 'powershell'. It is one of bash, zsh, fish. See --help."],
  [["query", "sessions", "--status", "done"], /^--status cannot be 'done'\. It is one of /],
])("says in plain words what cannot be chosen: %j", async (args, said) => {
  const { code, stderr } = await runCli(args);
  expect(code).toBe(2);
  expect(stderr.replace("claude-sessions: ", "").trim()).toMatch(said);
});
